// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/manager.h"

#include <algorithm>

#include <fmt/format.h>

#include <fnmatch.h>
#include <unistd.h>

#include "pod/manifest_files.h"

namespace podd::podctl {

namespace {
constexpr std::uint64_t kFlagInteractive = 1;
}  // namespace

base::Result<std::unique_ptr<sdbus::IConnection>> connect_system_bus() {
    auto bus = client::guarded([] { return sdbus::createSystemBusConnection(); });
    if (!bus)
        return base::Error{base::ErrorCode::kUnavailable,
                           "cannot connect to the system bus: " + bus.error().message()};
    // Starting a pod, or a password typed, takes as long as it takes.
    (*bus)->setMethodCallTimeout(std::chrono::hours{24});
    return bus;
}

Manager::Manager(sdbus::IConnection& bus, const Options& options)
    : ProxyInterfaces{bus, client::ServiceName{client::kBusName},
                      sdbus::ObjectPath{client::kManagerPath}},
      flags_{options.ask_password ? kFlagInteractive : 0} {
    registerProxy();
    if (options.ask_password) agent_.start();
}

Manager::~Manager() {
    unregisterProxy();
}

void Manager::onTransferRemoved(const std::uint32_t& id, const sdbus::ObjectPath& /*transfer*/,
                                const std::string& image, const std::string& error,
                                const std::string& message) {
    if (!on_transfer_removed) return;
    if (error.empty())
        on_transfer_removed(id, image, {});
    else
        on_transfer_removed(id, image, base::Error{client::error_code(error), message});
}

base::Result<std::map<std::string, sdbus::Variant>> properties(sdbus::IConnection& bus,
                                                               const char* service,
                                                               const std::string& path,
                                                               const char* interface) {
    return client::guarded([&] {
        const auto proxy = client::make_proxy(bus, service, path);
        std::map<std::string, sdbus::Variant> all;
        proxy->callMethod("GetAll")
            .onInterface("org.freedesktop.DBus.Properties")
            .withArguments(std::string{interface})
            .storeResultsTo(all);
        return all;
    });
}

base::Result<Session> Session::open(const Options& options) {
    Session session;
    session.bus = TRY(connect_system_bus());
    session.manager =
        TRY(client::guarded([&] { return std::make_unique<Manager>(*session.bus, options); }));
    return session;
}

base::Error no_such_pod(const std::string& name) {
    const auto manifest = pod::find_manifest(name, pod::manifest_search());
    // Who may not read it is not told.
    const bool is_refused =
        !manifest && (manifest.error().code() == base::ErrorCode::kInvalidArgument ||
                      (manifest.error().code() == base::ErrorCode::kDenied && ::geteuid() == 0));
    return {base::ErrorCode::kNotFound,
            fmt::format("pod \"{}\": {}", name,
                        is_refused ? "its manifest is refused: " + manifest.error().message()
                                   : "there is no such pod")};
}

bool is_pattern(std::string_view word) {
    return word.find_first_of("*?[") != std::string_view::npos;
}

base::Result<std::vector<std::string>> expand_pods(Manager& manager,
                                                   const std::vector<std::string>& words) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    for (const std::string& word : words) {
        if (!is_pattern(word)) {
            add(word);
            continue;
        }
        const auto pods = TRY(client::guarded([&] { return manager.ListPods(); }));
        for (const auto& pod : pods)
            if (::fnmatch(word.c_str(), std::get<0>(pod).c_str(), 0) == 0) add(std::get<0>(pod));
    }
    return names;
}

}  // namespace podd::podctl
