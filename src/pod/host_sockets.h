// SPDX-License-Identifier: LGPL-2.1-or-later
// Sockets of the host that wait for whoever comes, as the kernel lists them: nothing is opened.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <linux/netlink.h>

#include "base/result.h"

namespace podd::pod {

struct HostSocket {
    std::string protocol;  // "tcp", "udp" or "sctp"
    std::string address;   // see base::opens_ipv4()
    std::uint16_t port = 0;
    std::uint32_t inode = 0;   // 0: the kernel's own, such as WireGuard's
    bool at_loopback = false;  // gets nothing from elsewhere, whatever its address is
    bool operator==(const HostSocket&) const = default;
};

/// In this process's network namespace: those of TCP and SCTP that listen, and those of UDP that
/// have a port and are connected to nobody. Source: sock_diag(7). Errors: kIo, as for a kernel
/// that was built without.
base::Result<std::vector<HostSocket>> host_sockets(std::string_view protocol);

/// One message of such a list, of which only SCTP has several addresses; pure.
std::vector<HostSocket> sockets_of(const nlmsghdr& message, std::string_view protocol);

/// The name of a program that has the socket open, systemd only where it alone does; empty where
/// that is not to be seen. Looks at all processes.
std::string holder_of(std::uint32_t inode);

/// Whether systemd has it open, on behalf of some unit.
bool is_of_systemd(std::uint32_t inode);

}  // namespace podd::pod
