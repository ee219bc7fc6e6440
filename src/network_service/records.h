// SPDX-License-Identifier: LGPL-2.1-or-later
// What each connected pod was given, in files that outlive the service, so that what a crash left
// can be taken back. No lease: an address is taken as long as the kernel has it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "network/connection.h"
#include "network/settings.h"

namespace podd::network_service {

class Records {
public:
    /// Reads all in `folder`; a damaged one is removed, and the log says so.
    static base::Result<Records> open(const std::string& folder);

    const std::map<std::string, network::Connection>& all() const { return pods_; }
    /// Those that have ended, by their addresses, of which the kernel may remember connections.
    const std::map<network::Ipv4, network::Connection>& ended() const { return ended_; }
    /// Whether one was damaged, so that nobody knows what it stood for.
    bool damaged() const { return damaged_; }
    base::Result<> keep(const network::Connection& connection);
    /// With which the pods in all() were connected; nothing: an older version did that.
    const std::optional<network::Settings>& settings() const { return settings_; }
    base::Result<> keep_settings(const network::Settings& settings);
    base::Result<> remove_settings();
    /// It is one of ended() then.
    base::Result<> end(const std::string& pod);
    /// Forgets all ended().
    base::Result<> remove_ended();

private:
    base::UniqueFd folder_;
    std::map<std::string, network::Connection> pods_;
    std::map<network::Ipv4, network::Connection> ended_;
    std::optional<network::Settings> settings_;
    bool damaged_ = false;
};

}  // namespace podd::network_service
