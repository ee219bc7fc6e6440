// SPDX-License-Identifier: LGPL-2.1-or-later
// What a proxy does for datagrams, as systemd-socket-proxyd(8) serves streams alone.
#pragma once

#include <vector>

#include <netinet/in.h>

#include "base/result.h"

namespace podd::stage1 {

/// Hands datagrams that come to `sockets` on to `target`, and what comes back to who asked. Each
/// who asks has a socket of its own towards the target, for as long as one of the two has said
/// something within a minute; ends with the last of these. Datagrams may be lost, as anywhere.
/// Errors: kIo.
base::Result<> relay_datagrams(const std::vector<int>& sockets, const sockaddr_in& target);

}  // namespace podd::stage1
