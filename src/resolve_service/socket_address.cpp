// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socket_address.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include <netdb.h>
#include <netinet/in.h>

namespace podd::resolve_service {

namespace {

template <typename Address>
Address copied(const void* bytes) {
    Address address{};
    std::memcpy(address.data(), bytes, address.size());
    return address;
}

}  // namespace

std::optional<resolve::Address> SocketAddress::address() const {
    if (storage.ss_family == AF_INET)
        return copied<network::Ipv4>(&reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr);
    if (storage.ss_family != AF_INET6) return std::nullopt;
    const auto& ipv6 = reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
    // Source: RFC 4291, 2.5.5.2.
    if (IN6_IS_ADDR_V4MAPPED(&ipv6)) return copied<network::Ipv4>(&ipv6.s6_addr[12]);
    return copied<network::Ipv6>(&ipv6);
}

std::optional<SocketAddress> server_address(const std::string& text, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(text.c_str(), fmt::format("{}", port).c_str(), &hints, &found) != 0)
        return std::nullopt;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
    SocketAddress address;
    address.size = found->ai_addrlen;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    return address;
}

}  // namespace podd::resolve_service
