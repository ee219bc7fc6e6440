// SPDX-License-Identifier: LGPL-2.1-or-later
// What a port of a pod must be for the network "default" to forward it; pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace podd::schema {

/// Each port of a range counts.
inline constexpr std::uint32_t kMaxForwardedPorts = 1024;

/// Errors: kUnsupported, "found …, wanted …": another protocol than TCP, UDP and SCTP; SCTP,
/// which no proxy serves, at a loopback address, which only the host's own network has; an address
/// that leads nowhere.
base::Result<> check_forwarded(std::string_view protocol, std::string_view host_ip);

}  // namespace podd::schema
