// SPDX-License-Identifier: LGPL-2.1-or-later
// What a proxy does for associations of SCTP, as systemd-socket-proxyd(8) serves TCP alone.
#pragma once

#include <vector>

#include <netinet/in.h>

#include "base/result.h"

namespace podd::stage1 {

/// Accepts associations at `sockets`, makes one to `target` for each, and hands on what either side
/// says: message by message, on the same stream, with the same payload protocol identifier, in
/// order or not as it came. Ends when there was none for ten seconds. A message of more than
/// 256 KiB ends its association. Errors: kIo. Source: RFC 6458.
base::Result<> relay_associations(const std::vector<int>& sockets, const sockaddr_in& target);

}  // namespace podd::stage1
