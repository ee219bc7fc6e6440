// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/worker_service.h"

#include <cerrno>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "daemon/fetch_folder.h"
#include "schema/fetch_reference.h"

namespace podd::daemon {

namespace {

constexpr const char* kImporter = "/usr/lib/podd/importer";
constexpr const char* kFetcher = "/usr/lib/podd/fetcher";
constexpr const char* kFetchUser = kFetchGroup;
constexpr const char* kRm = "/usr/bin/rm";
constexpr const char* kNsenter = "/usr/bin/nsenter";

constexpr std::uint64_t kSecond = 1'000'000;
// A registry that answers drop by drop must not keep a caller waiting for ever.
constexpr std::uint64_t kFetchRuntimeUsec = std::uint64_t{6} * 3600 * kSecond;
// Keys are small, and somebody waits at a terminal.
constexpr std::uint64_t kKeysRuntimeUsec = 120 * kSecond;
constexpr std::uint64_t kFetchMemoryBytes = std::uint64_t{256} << 20;

using ExecEx = sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;

class Properties {
public:
    Properties(const char* program, const std::vector<std::string>& arguments,
               const std::string& description) {
        std::vector<std::string> argv{program};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        // Words of the caller's stand in argv: nothing of them may be expanded.
        set("ExecStartEx", std::vector<ExecEx>{ExecEx{program, argv, {"no-env-expand"}}});
        set("Description", description);
        set("Type", "exec");
        set("StandardError", "journal");  // not the pipe that answers come through
        set("CollectMode", "inactive-or-failed");
        set("AddRef", true);
        for (auto& property : end_with_podd())
            all_.push_back(std::move(property));
        set("UMask", std::uint32_t{0077});
        set("KillMode", "control-group");
        set("TimeoutStopUSec", 10 * kSecond);
        set("TasksMax", std::uint64_t{64});
        close_what_nobody_needs();
    }

    template <typename Value>
    void set(const char* name, const Value& value) {
        all_.emplace_back(std::string{name}, sdbus::Variant{value});
    }
    void set(const char* name, const char* value) { set(name, std::string{value}); }
    void set(const char* name, std::initializer_list<const char*> values) {
        set(name, std::vector<std::string>{values.begin(), values.end()});
    }
    client::BusProperties take() { return std::move(all_); }

private:
    void close_what_nobody_needs() {
        for (const char* name : {"NoNewPrivileges", "PrivateTmp", "ProtectClock", "ProtectHostname",
                                 "ProtectKernelLogs", "ProtectKernelModules",
                                 "ProtectKernelTunables", "ProtectControlGroups", "LockPersonality",
                                 "MemoryDenyWriteExecute", "RestrictRealtime"})
            set(name, true);
        set("ProtectSystem", "strict");
        set("ProtectHome", "yes");
        set("DevicePolicy", "closed");
    }

    client::BusProperties all_;
};

// RestrictSUIDSGID= is not here: it answers ENOSYS to openat2(2), which every file is opened with.
void close_all_but_the_network(Properties& properties,
                               std::uint64_t runtime_usec = kFetchRuntimeUsec) {
    using List = sdbus::Struct<bool, std::vector<std::string>>;
    properties.set("User", kFetchUser);
    properties.set("Group", kFetchUser);
    properties.set("CapabilityBoundingSet", std::uint64_t{0});
    properties.set("AmbientCapabilities", std::uint64_t{0});
    for (const char* name : {"PrivateDevices", "PrivateIPC", "PrivateUsers", "RemoveIPC"})
        properties.set(name, true);
    properties.set("ProtectProc", "invisible");
    properties.set("ProcSubset", "pid");
    properties.set("KeyringMode", "private");
    properties.set("RestrictNamespaces", std::uint64_t{0});  // none may be made
    properties.set("RestrictAddressFamilies", List{true, {"AF_INET", "AF_INET6", "AF_UNIX"}});
    properties.set("SystemCallArchitectures", {"native"});
    properties.set("SystemCallFilter", List{true, {"@system-service"}});
    // Two fetchers have the same user: what would let one into the other's memory is closed.
    properties.set(
        "SystemCallFilter",
        List{false, {"@privileged", "@resources", "process_vm_readv", "process_vm_writev"}});
    properties.set("SystemCallErrorNumber", std::int32_t{EPERM});
    properties.set("LimitCORE", std::uint64_t{0});
    properties.set("MemoryMax", kFetchMemoryBytes);
    properties.set("RuntimeMaxUSec", runtime_usec);
}

void give_credentials(Properties& properties) {
    properties.set("LoadCredential", std::vector<sdbus::Struct<std::string, std::string>>{
                                         {"auth.json", kCredentialsFile}});
}

// The fetcher's folder. What was cut stays in it for the next one; when there is nothing of use, it
// goes as well, which takes the owner of the folder above, and a view of the file system in which
// it is no mount of the unit's own.
void use_folder(Properties& properties, const std::string& folder, std::uint32_t mode) {
    const auto path = fmt::format("{}/{}", kCacheDir, folder);
    properties.set("CacheDirectory", std::vector<std::string>{folder});
    properties.set("CacheDirectoryMode", mode);
    properties.set("ExecStopPostEx",
                   std::vector<ExecEx>{ExecEx{kFetcher,
                                              {kFetcher, "--tidy", "--directory=" + path},
                                              {"ignore-failure", "no-env-expand"}},
                                       ExecEx{kNsenter,
                                              {kNsenter, "--mount=/proc/1/ns/mnt", "rmdir",
                                               "--ignore-fail-on-non-empty", "--", path},
                                              {"ignore-failure", "privileged", "no-env-expand"}}});
}

bool is_secret(const std::string& url) {
    return url.find('?') != std::string::npos;
}

std::string argument_of(const std::string& url) {
    return is_secret(url) ? "-" : url;
}

std::string line_of(const std::string& url) {
    return is_secret(url) ? url + "\n" : std::string{};
}

constexpr std::uint32_t kOwn = 0700;
// The verifier reads what is in it, with that group and no other right.
constexpr std::uint32_t kShared = 0750;

}  // namespace

client::BusProperties end_with_podd() {
    client::BusProperties properties;
    for (const char* name : {"BindsTo", "After"})
        properties.emplace_back(std::string{name},
                                sdbus::Variant{std::vector<std::string>{"podd.service"}});
    return properties;
}

client::BusProperties importer_service(const std::vector<std::string>& arguments,
                                       const std::string& description) {
    Properties properties{kImporter, arguments, description};
    properties.set("StateDirectory", {"podd"});
    properties.set("StateDirectoryMode", std::uint32_t{0700});
    properties.set("ReadWritePaths", {"/var/lib/podd"});
    // The unpacker makes a user namespace and idmapped mounts; everything else is closed.
    properties.set("PrivateNetwork", true);
    return properties.take();
}

client::BusProperty discard_after(const std::vector<std::string>& folders) {
    std::vector<std::string> argv{kRm, "-rf", "--one-file-system", "--"};
    for (const auto& folder : folders)
        argv.push_back(fmt::format("{}/{}", kCacheDir, folder));
    return {"ExecStopPostEx", sdbus::Variant{std::vector<ExecEx>{ExecEx{
                                  kRm, argv, {"ignore-failure", "privileged", "no-env-expand"}}}}};
}

client::BusProperties fetcher_service(const schema::DockerReference& reference, Pin pin,
                                      const std::string& known, bool has_credentials) {
    const auto folder = image_folder(reference.str());
    std::vector<std::string> arguments{"--reference=" + reference.str(),
                                       fmt::format("--directory={}/{}", kCacheDir, folder),
                                       "--files"};
    if (!known.empty()) arguments.push_back("--known=" + known);
    if (pin == Pin::kRequired) arguments.emplace_back("--require-digest");
    if (pin == Pin::kSigned) arguments.emplace_back("--signatures");
    Properties properties{kFetcher, arguments, fmt::format("Fetching of {}", reference.str())};
    close_all_but_the_network(properties);
    use_folder(properties, folder, kOwn);
    if (has_credentials) give_credentials(properties);
    return properties.take();
}

client::BusProperties aci_fetcher_service(const AciFetchOrder& order) {
    std::vector<std::string> arguments{"--reference=" + argument_of(order.source),
                                       fmt::format("--directory={}/{}", kCacheDir, order.folder)};
    if (order.allow_http) arguments.emplace_back("--allow-http");
    if (!order.signature_url.empty())
        arguments.push_back("--signature=" + argument_of(order.signature_url));
    if (order.max_bytes) arguments.push_back(fmt::format("--max-bytes={}", *order.max_bytes));
    if (!order.etag.empty()) arguments.push_back("--if-none-match=" + order.etag);
    if (!order.wants_signature) arguments.emplace_back("--no-signature");
    Properties properties{kFetcher, arguments, fmt::format("Fetching of {}", order.description)};
    close_all_but_the_network(properties);
    use_folder(properties, order.folder, kShared);
    if (order.has_credentials) give_credentials(properties);
    return properties.take();
}

client::BusProperties key_fetcher_service(const std::string& source, const std::string& folder,
                                          bool allow_http) {
    std::vector<std::string> arguments{"--keys=" + argument_of(source),
                                       fmt::format("--directory={}/{}", kCacheDir, folder)};
    if (allow_http) arguments.emplace_back("--allow-http");
    Properties properties{kFetcher, arguments,
                          fmt::format("Fetching of keys for {}", schema::shown(source))};
    close_all_but_the_network(properties, kKeysRuntimeUsec);
    use_folder(properties, folder, kShared);
    return properties.take();
}

std::string input_of(const AciFetchOrder& order) {
    return line_of(order.source) + line_of(order.signature_url);
}

std::string key_fetcher_input(const std::string& source) {
    return line_of(source);
}

}  // namespace podd::daemon
