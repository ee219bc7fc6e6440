// SPDX-License-Identifier: LGPL-2.1-or-later
// podd as podctl sees it: calls that wait for their answer, errors as ours.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/pinned.h"
#include "base/result.h"
#include "client/bus_error.h"
#include "client/bus_path.h"
#include "client/sdbus_compat.h"
#include "manager_proxy.h"  // generated from dbus/org.podd1.Manager.xml
#include "podctl/agent.h"
#include "podctl/options.h"

namespace podd::podctl {

/// Errors: kUnavailable.
base::Result<std::unique_ptr<sdbus::IConnection>> connect_system_bus();

class Manager final : public sdbus::ProxyInterfaces<org::podd1::Manager_proxy>,
                      private base::Pinned {
public:
    /// Starts polkit's agent where somebody sits at a terminal.
    Manager(sdbus::IConnection& bus, const Options& options);
    ~Manager();

    /// For the "flags" of every method.
    std::uint64_t flags() const { return flags_; }

    std::function<void(std::uint32_t id, const std::string& image, const base::Result<>& result)>
        on_transfer_removed;

private:
    void onPodNew(const std::string&, const sdbus::ObjectPath&) override {}
    void onPodRemoved(const std::string&, const sdbus::ObjectPath&) override {}
    void onTransferNew(const std::uint32_t&, const sdbus::ObjectPath&) override {}
    void onTransferRemoved(const std::uint32_t& id, const sdbus::ObjectPath& transfer,
                           const std::string& image, const std::string& error,
                           const std::string& message) override;

    std::uint64_t flags_;
    PolkitAgent agent_;
};

/// All properties of one interface of an object. Errors: those of the other end.
base::Result<std::map<std::string, sdbus::Variant>> properties(sdbus::IConnection& bus,
                                                               const char* service,
                                                               const std::string& path,
                                                               const char* interface);

/// A property of that type, or `otherwise` where there is none.
template <typename T>
T property_or(const std::map<std::string, sdbus::Variant>& all, const char* name, T otherwise) {
    const auto found = all.find(name);
    if (found == all.end()) return otherwise;
    try {
        return found->second.get<T>();
    } catch (const sdbus::Error&) {
        return otherwise;
    }
}

/// Connection and manager in one, for verbs that make one call.
struct Session {
    std::unique_ptr<sdbus::IConnection> bus;
    std::unique_ptr<Manager> manager;
    static base::Result<Session> open(const Options& options);
};

/// Why nobody knows the pod: the mistake in a manifest of that name, or that there is none.
base::Error no_such_pod(const std::string& name);

/// Whether the word has wildcards; see glob(7).
bool is_pattern(std::string_view word);

/// Names of pods that match the words, which may be patterns; a word without wildcards stands for
/// itself. Errors: those of ListPods().
base::Result<std::vector<std::string>> expand_pods(Manager& manager,
                                                   const std::vector<std::string>& words);

}  // namespace podd::podctl
