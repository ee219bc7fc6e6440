// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses of sockets of both families.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/socket.h>

#include "resolve/pods.h"

namespace podd::resolve_service {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    /// An IPv4 address that an IPv6 socket tells counts as one. Nothing: another family.
    std::optional<resolve::Address> address() const;
};

/// Of an address as resolv.conf(5) has it, also with "%INTERFACE" behind it.
std::optional<SocketAddress> server_address(const std::string& text, std::uint16_t port);

}  // namespace podd::resolve_service
