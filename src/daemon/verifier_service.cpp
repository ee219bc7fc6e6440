// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/verifier_service.h"

#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "daemon/fetch_folder.h"
#include "daemon/worker_service.h"

namespace podd::daemon {

namespace {

constexpr const char* kVerifier = "/usr/lib/podd/verifier";

}  // namespace

client::BusProperties verifier_service(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{kVerifier};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    using ExecEx = sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
    using Filter = sdbus::Struct<bool, std::vector<std::string>>;
    client::BusProperties properties;
    const auto set = [&](const char* name, const auto& value) {
        properties.emplace_back(std::string{name}, sdbus::Variant{value});
    };
    set("Description", std::string{"Check of keys or signatures for podd"});
    set("Type", std::string{"exec"});
    set("StandardError", std::string{"journal"});
    set("ExecStartEx", std::vector<ExecEx>{ExecEx{kVerifier, argv, {"no-env-expand"}}});
    set("CollectMode", std::string{"inactive-or-failed"});
    set("AddRef", true);
    for (auto& property : end_with_podd())
        properties.push_back(std::move(property));
    set("UMask", std::uint32_t{0077});
    // Foreign bytes are parsed here: a user that owns nothing, and nothing to reach.
    set("DynamicUser", true);
    set("CapabilityBoundingSet", std::uint64_t{0});
    set("RestrictAddressFamilies", Filter{true, {"AF_UNIX"}});
    set("RestrictNamespaces", std::uint64_t{0});
    set("SystemCallFilter", Filter{true, {"@system-service"}});
    set("SystemCallArchitectures", std::vector<std::string>{"native"});
    for (const char* name :
         {"PrivateTmp", "PrivateNetwork", "PrivateDevices", "PrivateIPC", "NoNewPrivileges",
          "ProtectClock", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
          "ProtectKernelTunables", "ProtectControlGroups", "LockPersonality",
          "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID"})
        set(name, true);
    set("ProtectSystem", std::string{"strict"});
    set("ProtectHome", std::string{"yes"});
    set("ProtectProc", std::string{"invisible"});
    set("ProcSubset", std::string{"pid"});
    set("DevicePolicy", std::string{"closed"});
    set("MemoryMax", std::uint64_t{256} << 20);
    set("TasksMax", std::uint64_t{16});
    set("LimitCORE", std::uint64_t{0});
    set("LimitFSIZE", std::uint64_t{64} << 20);
    set("RuntimeMaxUSec", std::uint64_t{600'000'000});
    set("TimeoutStopUSec", std::uint64_t{10'000'000});
    return properties;
}

client::BusProperties fetched_verifier_service(const std::vector<std::string>& arguments,
                                               const std::string& folder) {
    auto service = verifier_service(arguments);
    service.emplace_back("StandardInputFile",
                         sdbus::Variant{fmt::format("{}/{}", kCacheDir, folder)});
    service.emplace_back("SupplementaryGroups",
                         sdbus::Variant{std::vector<std::string>{kFetchGroup}});
    return service;
}

}  // namespace podd::daemon
