// SPDX-License-Identifier: LGPL-2.1-or-later
// Where pods find podd-resolve.service, and which names are its own. Source: podd.network(5).
#pragma once

#include <cstdint>
#include <string_view>

namespace podd::network {

/// Where podd-resolve.socket listens. Pods ask port 53 of the host's end, and the rules lead them
/// here: port 53 stays free for a server of the host's own, which may listen at all addresses.
inline constexpr std::uint16_t kResolverPort = 7653;

/// The pod "web" is "web.pod.internal". "internal" is a domain that nobody can have on the
/// Internet. Source: ICANN Board resolution 2024.07.29.06.
inline constexpr std::string_view kPodDomain = "pod.internal";

}  // namespace podd::network
