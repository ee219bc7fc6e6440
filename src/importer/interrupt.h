// SPDX-License-Identifier: LGPL-2.1-or-later
// An import that is cancelled takes away what it has begun before it ends.
#pragma once

#include <vector>

#include <poll.h>

#include "base/result.h"

namespace podd::importer {

/// From here on SIGTERM is heeded in wait_for_data() and nowhere else: what is between two waits is
/// short, or better finished.
void defer_sigterm();

/// poll(2) without a time limit. Errors: kUnavailable, the import was cancelled; kIo.
base::Result<> wait_for_data(std::vector<pollfd>& polls);

}  // namespace podd::importer
