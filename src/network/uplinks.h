// SPDX-License-Identifier: LGPL-2.1-or-later
// How a host is connected to other networks; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace podd::network {

/// Interfaces with a default route of either family, each once. `ipv4`: /proc/net/route,
/// proc_net_route(5); `ipv6`: /proc/net/ipv6_route, where all numbers are hexadecimal.
std::vector<std::string> uplinks(std::string_view ipv4, std::string_view ipv6);

}  // namespace podd::network
