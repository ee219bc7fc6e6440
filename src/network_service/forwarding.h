// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host's kernel must do for pods: pass on their packets.
#pragma once

#include "base/result.h"

namespace podd::network_service {

/// Whether this host uses IPv6 on new interfaces.
bool has_ipv6();

/// Turns forwarding on where it is off, for all of the host: the kernel knows no other way for
/// IPv6. It stays on, as somebody else may need it by then.
base::Result<> forward(bool ipv6);

}  // namespace podd::network_service
