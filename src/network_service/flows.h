// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel remembers of connections. It outlives a pod: answers would find their way to
// whoever has the pod's address next, and what the pod had opened would stay open.
#pragma once

#include "base/result.h"
#include "netlink.h"
#include "network/connection.h"

namespace podd::network_service {

class Flows {
public:
    /// Errors: kUnsupported where this kernel does not tell of them.
    static base::Result<Flows> open();

    /// Forgets all that begin or end at the pod, which has no link any more.
    base::Result<> forget(const network::Connection& pod);

private:
    explicit Flows(Netlink netlink) : netlink_{std::move(netlink)} {}

    Netlink netlink_;
};

}  // namespace podd::network_service
