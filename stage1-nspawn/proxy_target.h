// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the connections lead that a proxy accepts for a pod.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <netinet/in.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "listen_fds.h"
#include "plan/plan.h"

namespace podd::stage1 {

class Targets {
public:
    /// `activates`: those of sockets that start the pod; else the ports that are forwarded to it.
    /// Errors: kNotFound: the pod does not run; kCorrupt.
    static base::Result<Targets> find(bool activates, const std::string& pod);

    /// Goes to the network that the pod's ports can be reached from, where that is not the host's.
    base::Result<> enter() const;
    /// The port of the pod for a socket of the host; nothing where it leads nowhere.
    std::optional<std::uint16_t> port_of(const Listener& socket) const;
    /// Of the pod, IPv4.
    const std::string& address() const { return address_; }
    sockaddr_in at(std::uint16_t port) const;
    /// A pod that was started just now needs a moment until its app listens. Where it takes too
    /// long, the connections tell.
    void await_listener(std::uint16_t port) const;
    /// How long nobody needs to have been connected for a proxy to end.
    std::uint64_t idle_usec() const { return idle_usec_; }

private:
    std::string address_;
    std::vector<plan::PortPlan> ports_;
    std::uint64_t idle_usec_ = 0;
    base::UniqueFd leader_;  // pidfd of the pod's PID 1, where its network is to be entered
    bool waits_ = false;
};

/// All of them, for good.
base::Result<> give_up_capabilities();

}  // namespace podd::stage1
