// SPDX-License-Identifier: LGPL-2.1-or-later
// Plan values to JSON and back. Each struct is described once, by members(), and a writer or a
// reader walks that description: the two directions cannot drift apart.
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "plan/plan.h"

namespace podd::plan {

namespace {

using base::Json;

template <typename Visit>
void members(PodPlan& plan, Visit& visit) {
    visit("version", plan.version);
    visit("name", plan.name);
    visit("uuid", plan.uuid);
    visit("hostname", plan.hostname);
    visit("uidBase", plan.uid_base);
    visit("network", plan.network);
    visit("stateDirectory", plan.state_dir);
    visit("apps", plan.apps);
    visit("unit", plan.unit);
    visit("sysctls", plan.sysctls);
    visit("limited", plan.limited);
    visit("localtime", plan.localtime);
    visit("hideProcesses", plan.hide_processes);
    visit("refusalsLogged", plan.refusals_logged);
    visit("metadata", plan.metadata);
    visit("ports", plan.ports);
    visit("lowPorts", plan.low_ports);
    visit("networkAccess", plan.network_access);
    visit("networkPath", plan.network_path);
    visit("namedNetworks", plan.named_networks);
    visit("bandwidth", plan.bandwidth);
    visit("proxied", plan.proxied);
    visit("idleStopUsec", plan.idle_stop_usec);
    visit("dns", plan.dns);
    visit("hosts", plan.hosts);
}

template <typename Visit>
void members(DnsPlan& dns, Visit& visit) {
    visit("source", dns.source);
    visit("servers", dns.servers);
    visit("search", dns.search);
    visit("options", dns.options);
}

template <typename Visit>
void members(HostsPlan& hosts, Visit& visit) {
    visit("host", hosts.host);
    visit("entries", hosts.entries);
}

template <typename Visit>
void members(BandwidthPlan& bandwidth, Visit& visit) {
    visit("bytesPerSec", bandwidth.bytes_per_sec);
    visit("bestEffort", bandwidth.best_effort);
}

template <typename Visit>
void members(PortPlan& port, Visit& visit) {
    visit("protocol", port.protocol);
    visit("hostIP", port.host_ip);
    visit("hostPort", port.host_port);
    visit("podPort", port.pod_port);
}

template <typename Visit>
void members(LimitPlan& limit, Visit& visit) {
    visit("property", limit.property);
    visit("path", limit.path);
    visit("value", limit.value);
}

template <typename Visit>
void members(MountPlan& mount, Visit& visit) {
    visit("kind", mount.kind);
    visit("idmap", mount.idmap);
    visit("source", mount.source);
    visit("target", mount.target);
    visit("readOnly", mount.read_only);
    visit("recursive", mount.recursive);
    visit("ownerUid", mount.owner_uid);
    visit("ownerGid", mount.owner_gid);
    visit("mode", mount.mode);
    visit("size", mount.size);
    visit("device", mount.device);
    visit("slave", mount.slave);
    visit("sourceDevice", mount.source_device);
    visit("sourceInode", mount.source_inode);
}

template <typename Visit>
void members(AppPlan& plan, Visit& visit) {
    visit("version", plan.version);
    visit("name", plan.name);
    visit("unit", plan.unit);
    visit("imageId", plan.image_id);
    visit("argv", plan.argv);
    visit("preStart", plan.pre_start);
    visit("postStop", plan.post_stop);
    visit("environment", plan.environment);
    visit("workingDirectory", plan.working_directory);
    visit("makeWorkingDirectory", plan.make_working_directory);
    visit("uid", plan.uid);
    visit("gid", plan.gid);
    visit("groups", plan.groups);
    visit("trees", plan.trees);
    visit("readOnlyRoot", plan.read_only_root);
    visit("upper", plan.upper);
    visit("mounts", plan.mounts);
    visit("capabilities", plan.capabilities);
    visit("ambient", plan.ambient);
    visit("noNewPrivileges", plan.no_new_privileges);
    visit("seccomp", plan.seccomp);
    visit("refusalsLogged", plan.refusals_logged);
    visit("moreCalls", plan.more_calls);
    visit("notify", plan.notify);
    visit("stdioLinks", plan.stdio_links);
    visit("privatePids", plan.private_pids);
    visit("stopSignal", plan.stop_signal);
    visit("stopTimeoutUsec", plan.stop_timeout_usec);
    visit("limits", plan.limits);
    visit("oomScoreAdj", plan.oom_score_adj);
    visit("selinuxLabel", plan.selinux_label);
    visit("apparmorProfile", plan.apparmor_profile);
    visit("sockets", plan.sockets);
}

template <typename Visit>
void members(SocketPlan& socket, Visit& visit) {
    visit("name", socket.name);
    visit("protocol", socket.protocol);
    visit("hostIP", socket.host_ip);
    visit("port", socket.port);
    visit("count", socket.count);
}

template <typename Visit>
void members(SandboxRecord& record, Visit& visit) {
    visit("leader", record.leader);
    visit("pidNamespaceInode", record.pid_ns_inode);
}

// Words of the enumerations, in the order of their values.
constexpr std::string_view kNetworkWords[] = {"none", "default", "host", "default-restricted",
                                              "path"};
constexpr std::string_view kNetworkAccessWords[] = {"pods", "host", "metadata"};
constexpr std::string_view kDnsSourceWords[] = {"network", "host", "none", "servers"};
constexpr std::string_view kMetadataWords[] = {"offered", "required"};
constexpr std::string_view kKindWords[] = {"host", "empty", "memory", "device"};
constexpr std::string_view kIdmapWords[] = {"foreign", "owner", "host"};

constexpr const auto& words(Network) {
    return kNetworkWords;
}
constexpr const auto& words(NetworkAccess) {
    return kNetworkAccessWords;
}
constexpr const auto& words(DnsPlan::Source) {
    return kDnsSourceWords;
}
constexpr const auto& words(Metadata) {
    return kMetadataWords;
}
constexpr const auto& words(MountPlan::Kind) {
    return kKindWords;
}
constexpr const auto& words(MountPlan::Idmap) {
    return kIdmapWords;
}

// What is written as an object of its own.
template <typename T>
constexpr bool kIsPart =
    std::is_same_v<T, MountPlan> || std::is_same_v<T, LimitPlan> || std::is_same_v<T, PortPlan> ||
    std::is_same_v<T, SocketPlan> || std::is_same_v<T, BandwidthPlan> ||
    std::is_same_v<T, DnsPlan> || std::is_same_v<T, HostsPlan>;

template <typename T>
Json encode(const T& value);
template <typename T>
Json encode(const std::vector<T>& values);

struct Writer {
    Json object = Json{Json::Object{}};
    template <typename T>
    void operator()(const char* name, const T& value) {
        object.add(name, encode(value));
    }
    template <typename T>
    void operator()(const char* name, const std::optional<T>& value) {
        if (value) object.add(name, encode(*value));
    }
};

template <typename T>
Json write(T value) {
    Writer writer;
    members(value, writer);
    return std::move(writer.object);
}

Json encode_pair(const std::pair<std::string, std::string>& pair) {
    return Json::Array{pair.first, pair.second};
}

template <typename T>
Json encode(const T& value) {
    if constexpr (std::is_enum_v<T>)
        return words(value)[static_cast<std::size_t>(value)];
    else if constexpr (std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint16_t>)
        return std::uint64_t{value};
    else if constexpr (std::is_same_v<T, std::pair<std::string, std::string>>)
        return encode_pair(value);
    else if constexpr (kIsPart<T>)
        return write(value);
    else
        return value;
}

template <typename T>
Json encode(const std::vector<T>& values) {
    Json::Array array;
    for (const auto& value : values)
        array.push_back(encode(value));
    return array;
}

// Each returns whether `json` holds such a value.
bool decode(const Json& json, bool& value) {
    if (json.as_bool() == nullptr) return false;
    value = *json.as_bool();
    return true;
}

bool decode(const Json& json, std::string& value) {
    // A NUL would cut a path or an argument short where the kernel reads it.
    if (json.as_string() == nullptr || json.as_string()->find('\0') != std::string::npos)
        return false;
    value = *json.as_string();
    return true;
}

template <typename T>
    requires std::is_integral_v<T>
bool decode(const Json& json, T& value) {
    if constexpr (std::is_signed_v<T>) {
        const auto number = json.as_int();
        if (!number || *number < std::numeric_limits<T>::min() ||
            *number > std::numeric_limits<T>::max())
            return false;
        value = static_cast<T>(*number);
    } else {
        const auto number = json.as_uint();
        if (!number || *number > std::numeric_limits<T>::max()) return false;
        value = static_cast<T>(*number);
    }
    return true;
}

template <typename T>
    requires std::is_enum_v<T>
bool decode(const Json& json, T& value) {
    if (json.as_string() == nullptr) return false;
    for (std::size_t i = 0; i < std::size(words(T{})); ++i)
        if (words(T{})[i] == *json.as_string()) {
            value = static_cast<T>(i);
            return true;
        }
    return false;
}

bool decode(const Json& json, std::pair<std::string, std::string>& value) {
    const auto* array = json.as_array();
    return array != nullptr && array->size() == 2 && decode((*array)[0], value.first) &&
           decode((*array)[1], value.second);
}

template <typename T>
    requires kIsPart<T>
bool decode(const Json& json, T& value);

template <typename T>
bool decode(const Json& json, std::vector<T>& values) {
    if (json.as_array() == nullptr) return false;
    for (const auto& element : *json.as_array())
        if (!decode(element, values.emplace_back())) return false;
    return true;
}

struct Reader {
    const Json& object;
    const char* bad = nullptr;  // the first member that is missing or of another type

    template <typename T>
    void operator()(const char* name, T& value) {
        const auto* member = object.find(name);
        if ((member == nullptr || !decode(*member, value)) && bad == nullptr) bad = name;
    }
    template <typename T>
    void operator()(const char* name, std::optional<T>& value) {
        const auto* member = object.find(name);
        if (member == nullptr) return;
        if (!decode(*member, value.emplace()) && bad == nullptr) bad = name;
    }
};

template <typename T>
    requires kIsPart<T>
bool decode(const Json& json, T& value) {
    Reader reader{json};
    members(value, reader);
    return reader.bad == nullptr;
}

template <typename T>
base::Result<T> read(const Json& json) {
    T value;
    Reader reader{json};
    members(value, reader);
    if (reader.bad != nullptr)
        return base::Error{
            base::ErrorCode::kCorrupt,
            fmt::format("member \"{}\" is missing or has a wrong value", reader.bad)};
    return value;
}

// A plan of another version need not have today's members, so the version is looked at first.
base::Result<> check_version(const Json& json) {
    const auto* version = json.find("version");
    const auto number = version == nullptr ? std::nullopt : version->as_int();
    if (number && *number != kVersion)
        return base::Error{
            base::ErrorCode::kUnsupported,
            fmt::format("plan version {} was found, {} is wanted", *number, kVersion)};
    return {};
}

}  // namespace

Json to_json(const PodPlan& plan) {
    return write(plan);
}
Json to_json(const AppPlan& plan) {
    return write(plan);
}
Json to_json(const SandboxRecord& record) {
    return write(record);
}

base::Result<PodPlan> pod_plan(const Json& json) {
    TRY(check_version(json));
    return read<PodPlan>(json);
}
base::Result<AppPlan> app_plan(const Json& json) {
    TRY(check_version(json));
    return read<AppPlan>(json);
}
base::Result<SandboxRecord> sandbox_record(const Json& json) {
    return read<SandboxRecord>(json);
}

}  // namespace podd::plan
