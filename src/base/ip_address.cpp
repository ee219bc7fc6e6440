// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/ip_address.h"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace podd::base {

namespace {

template <typename Address>
std::string text_of(int family, const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    return ::inet_ntop(family, address.data(), buffer.data(), buffer.size());
}

template <typename Address>
std::optional<Address> parse(int family, std::string_view text) {
    Address address{};
    const std::string whole{text};
    // What comes behind a NUL would not be looked at.
    if (whole.find('\0') != std::string::npos ||
        ::inet_pton(family, whole.c_str(), address.data()) != 1)
        return std::nullopt;
    return address;
}

}  // namespace

std::string text(const Ipv4& address) {
    return text_of(AF_INET, address);
}

std::string text(const Ipv6& address) {
    return text_of(AF_INET6, address);
}

std::optional<Ipv4> parse_ipv4(std::string_view text) {
    return parse<Ipv4>(AF_INET, text);
}

std::optional<Ipv6> parse_ipv6(std::string_view text) {
    return parse<Ipv6>(AF_INET6, text);
}

bool is_loopback(const Ipv4& address) {
    return address[0] == 127;
}

bool is_loopback(const Ipv6& address) {
    Ipv6 loopback{};
    loopback.back() = 1;
    return address == loopback;
}

bool is_loopback(std::string_view text) {
    const auto ipv4 = parse_ipv4(text);
    const auto ipv6 = parse_ipv6(text);
    return (ipv4 && is_loopback(*ipv4)) || (ipv6 && is_loopback(*ipv6));
}

bool is_link_local(const Ipv6& address) {
    return address[0] == 0xFE && (address[1] & 0xC0U) == 0x80;
}

bool is_multicast(const Ipv4& address) {
    return (address[0] & 0xF0U) == 0xE0 || address == Ipv4{255, 255, 255, 255};
}

bool is_multicast(const Ipv6& address) {
    return address[0] == 0xFF;
}

std::optional<std::string> canonical_address(std::string_view text) {
    if (const auto ipv4 = parse_ipv4(text)) return base::text(*ipv4);
    const auto ipv6 = parse_ipv6(text);
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (!ipv6 || std::equal(kMapped.begin(), kMapped.end(), ipv6->begin())) return std::nullopt;
    return base::text(*ipv6);
}

bool opens_ipv4(std::string_view address) {
    return address.find(':') == std::string_view::npos;
}

bool opens_ipv6(std::string_view address) {
    return address.empty() || !opens_ipv4(address);
}

bool is_every_address(std::string_view address) {
    return address.empty() || address == "0.0.0.0" || address == "::";
}

bool addresses_overlap(std::string_view one, std::string_view other) {
    const bool in_ipv4 = opens_ipv4(one) && opens_ipv4(other);
    const bool in_ipv6 = opens_ipv6(one) && opens_ipv6(other);
    return (in_ipv4 || in_ipv6) &&
           (one == other || is_every_address(one) || is_every_address(other));
}

}  // namespace podd::base
