// SPDX-License-Identifier: LGPL-2.1-or-later
// The link between a pod and the host: a pair of interfaces with their addresses and routes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "netlink.h"
#include "network/connection.h"

namespace podd::network_service {

/// An IPv4 address of this host, as the kernel has it.
struct HostAddress {
    std::uint32_t interface = 0;
    network::Ipv4 own{};
    network::Ipv4 peer{};  // that of the other end; without one the same
    unsigned prefix_length = 32;
};

base::Result<std::vector<HostAddress>> host_addresses(Netlink& host);

/// Makes both ends and brings them up; `pod` is a socket in the pod's namespace. Sets `interface`
/// of `connection`; `mtu` 0 is the kernel's default. On an error something may be there: see
/// remove_link().
base::Result<> make_link(Netlink& host, Netlink& pod, const network::Pool& pool, std::uint32_t mtu,
                         network::Connection& connection);

/// Takes the pod's link away with all that hangs on it; no link is success. Errors: kConflict when
/// an interface of that name belongs to somebody else.
base::Result<> remove_link(Netlink& host, const std::string& pod);

}  // namespace podd::network_service
