// SPDX-License-Identifier: LGPL-2.1-or-later
// A volume that begins as a copy of what an image has.
#pragma once

#include "base/result.h"
#include "pod/merged_dir.h"

namespace podd::pod {

/// Copies `from`, with all that lies in it, into the empty folder `to_fd`, which becomes like
/// `from` itself: owners as they are on disk, modes, times, extended attributes, and hard links
/// between what is copied. Errors: kIo, kCorrupt; the message has the path in `from`.
base::Result<> copy_folder(const MergedDir& from, int to_fd);

}  // namespace podd::pod
