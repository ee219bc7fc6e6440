// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses of IP and their text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podd::base {

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

/// The one way to write it. Source: RFC 5952.
std::string text(const Ipv4& address);
std::string text(const Ipv6& address);
/// Nothing for what is no address, such as a name, and for one with a zone.
std::optional<Ipv4> parse_ipv4(std::string_view text);
std::optional<Ipv6> parse_ipv6(std::string_view text);

/// 127.0.0.0/8 and ::1: what another network namespace cannot reach.
bool is_loopback(const Ipv4& address);
bool is_loopback(const Ipv6& address);
bool is_loopback(std::string_view text);  // not of what is no address
/// fe80::/10: means something on one link only.
bool is_link_local(const Ipv6& address);
/// Groups and broadcast: addresses that no single host has.
bool is_multicast(const Ipv4& address);
bool is_multicast(const Ipv6& address);

/// The text of that IPv4 or IPv6 address; nothing for all else, and for an IPv4 address in an IPv6
/// one.
std::optional<std::string> canonical_address(std::string_view text);

/// At which of the host's addresses a port is opened, as a canonical text: nothing is all of both
/// families, "0.0.0.0" and "::" are all of one.
bool opens_ipv4(std::string_view address);
bool opens_ipv6(std::string_view address);
bool is_every_address(std::string_view address);
/// Whether one packet can be to both. Source: bind(2) has the same rule.
bool addresses_overlap(std::string_view one, std::string_view other);

}  // namespace podd::base
