// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel remembers of connections. It outlives a pod: answers would find their way to
// whoever has the pod's address next, and what the pod had opened would stay open.
#pragma once

#include <set>

#include "base/result.h"
#include "netlink.h"
#include "network/address.h"

namespace podd::network_service {

/// Those of pods that have ended.
struct Addresses {
    std::set<network::Ipv4> ipv4;
    std::set<network::Ipv6> ipv6;
};

class Flows {
public:
    static base::Result<Flows> open();

    /// Forgets all to and from these addresses, which nobody has. It looks at every connection of
    /// the host, so for many addresses at once rather than for each.
    base::Result<> forget(const Addresses& addresses);

private:
    explicit Flows(Netlink netlink) : netlink_{std::move(netlink)} {}

    Netlink netlink_;
};

}  // namespace podd::network_service
