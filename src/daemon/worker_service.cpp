// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/worker_service.h"

#include <cerrno>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "daemon/fetch_folder.h"

namespace podd::daemon {

namespace {

constexpr const char* kImporter = "/usr/lib/podd/importer";
constexpr const char* kFetcher = "/usr/lib/podd/fetcher";
constexpr const char* kFetchUser = kFetchGroup;

constexpr std::uint64_t kSecond = 1'000'000;
// A registry that answers drop by drop must not keep a caller waiting for ever.
constexpr std::uint64_t kFetchRuntimeUsec = std::uint64_t{6} * 3600 * kSecond;
// Keys are small, and somebody waits at a terminal.
constexpr std::uint64_t kKeysRuntimeUsec = 120 * kSecond;
constexpr std::uint64_t kFetchMemoryBytes = std::uint64_t{256} << 20;

class Properties {
public:
    Properties(const char* program, const std::vector<std::string>& arguments,
               const std::string& description) {
        std::vector<std::string> argv{program};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        using ExecEx =
            sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
        // Words of the caller's stand in argv: nothing of them may be expanded.
        set("ExecStartEx", std::vector<ExecEx>{ExecEx{program, argv, {"no-env-expand"}}});
        set("Description", description);
        set("Type", "exec");
        set("StandardError", "journal");  // not the pipe that answers come through
        set("CollectMode", "inactive-or-failed");
        set("AddRef", true);
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

// The verifier reads what is in it, with that group and no other right.
void share_folder(Properties& properties, const std::string& folder) {
    properties.set("CacheDirectory", std::vector<std::string>{folder});
    properties.set("CacheDirectoryMode", std::uint32_t{0750});
}

// A host has neither "_" nor "+".
std::string registry_folder(std::string_view registry) {
    std::string folder{registry};
    for (char& c : folder)
        if (c == ':')
            c = '_';
        else if (c == '[' || c == ']')
            c = '+';
    return folder;
}

// No component of a repository begins with "+", so no folder lies in another.
std::string cache_directory(const schema::DockerReference& reference) {
    std::string path = fmt::format("podd/fetch/{}/{}/+{}", registry_folder(reference.registry),
                                   reference.repository, reference.tag);
    if (reference.digest) path += fmt::format("+{}", reference.digest->hex());
    return path;
}

}  // namespace

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

std::string fetch_folder(const schema::DockerReference& reference) {
    return fmt::format("{}/{}", kCacheDir, cache_directory(reference));
}

client::BusProperties fetcher_service(const schema::DockerReference& reference, Pin pin,
                                      bool has_credentials) {
    std::vector<std::string> arguments{"--reference=" + reference.str(),
                                       "--directory=" + fetch_folder(reference)};
    if (pin == Pin::kRequired) arguments.emplace_back("--require-digest");
    if (pin == Pin::kSigned) arguments.emplace_back("--signatures");
    Properties properties{kFetcher, arguments, fmt::format("Fetching of {}", reference.str())};
    close_all_but_the_network(properties);
    properties.set("CacheDirectory", std::vector<std::string>{cache_directory(reference)});
    properties.set("CacheDirectoryMode", std::uint32_t{0700});
    if (has_credentials) give_credentials(properties);
    return properties.take();
}

client::BusProperties aci_fetcher_service(const AciFetchOrder& order) {
    std::vector<std::string> arguments{"--reference=" + order.reference,
                                       fmt::format("--directory={}/{}", kCacheDir, order.folder)};
    if (order.allow_http) arguments.emplace_back("--allow-http");
    if (!order.signature_url.empty()) arguments.push_back("--signature=" + order.signature_url);
    if (order.max_bytes) arguments.push_back(fmt::format("--max-bytes={}", *order.max_bytes));
    if (!order.etag.empty()) arguments.push_back("--if-none-match=" + order.etag);
    if (!order.wants_signature) arguments.emplace_back("--no-signature");
    Properties properties{kFetcher, arguments, fmt::format("Fetching of {}", order.reference)};
    close_all_but_the_network(properties);
    share_folder(properties, order.folder);
    if (order.has_credentials) give_credentials(properties);
    return properties.take();
}

client::BusProperties key_fetcher_service(const std::string& source, const std::string& folder,
                                          bool allow_http) {
    std::vector<std::string> arguments{"--keys=" + source,
                                       fmt::format("--directory={}/{}", kCacheDir, folder)};
    if (allow_http) arguments.emplace_back("--allow-http");
    Properties properties{kFetcher, arguments, fmt::format("Fetching of keys for {}", source)};
    close_all_but_the_network(properties, kKeysRuntimeUsec);
    share_folder(properties, folder);
    return properties.take();
}

}  // namespace podd::daemon
