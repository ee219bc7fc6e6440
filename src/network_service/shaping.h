// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds a pod's link to a rate, from the host's side alone: nothing of it is in the pod's
// namespace, whose owner could take it away. Source: tc(8).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "netlink.h"

namespace podd::network_service {

/// Each way by itself; `interface` is the host's end of the pod's link. All or nothing. Errors:
/// kUnsupported with what this host's kernel lacks; kConflict; kIo.
base::Result<> limit_rate(Netlink& host, std::uint32_t interface, const std::string& pod,
                          std::uint64_t bytes_per_sec);

/// Takes away what does not go with the link; nothing is success. Errors: as remove_interface().
base::Result<> remove_limit(Netlink& host, const std::string& pod);

}  // namespace podd::network_service
