// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules of others that keep pods from their network; pure.
#pragma once

#include <string>
#include <vector>

#include "network/ruleset.h"

namespace podd::network {

struct FirewallFinding {
    std::string text;  // table, chain, what it drops, and what to do
    /// Not of what every pod needs: what pods may ask of the host, and the host of them.
    bool is_minor = false;
    bool operator==(const FirewallFinding&) const = default;
};

/// How a host is connected.
struct HostNetwork {
    std::string pool;                  // of pods: "10.80.0.0/16"
    std::vector<std::string> uplinks;  // interfaces with a default route
};

/// One for each base chain that drops some of it. A chain can let everything pass that another one
/// drops, so all of them are looked at; podd's own table is not.
std::vector<FirewallFinding> firewall_findings(const Ruleset& rules, const HostNetwork& host);

}  // namespace podd::network
