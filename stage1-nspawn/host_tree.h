// SPDX-License-Identifier: LGPL-2.1-or-later
// From the host's mounts to a tree of one's own, of which the host's are no part.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::stage1 {

/// What becomes of mounts that the host makes later. mount_namespaces(7).
enum class LaterMounts : unsigned char { kStayAway, kArrive };

/// Gives the caller a copy of the host's mounts. What it does there the host does not notice.
base::Result<> leave_host_mounts(LaterMounts later);

/// Takes that copy away, whole, and makes the detached mounts of `tree_fd` the caller's root.
base::Result<> replace_host_tree(int tree_fd);

/// Leaves the host's mounts for a copy of those at `path` in the mount namespace of the process
/// that `pidfd` stands for, which is of the caller's user namespace.
base::Result<> take_tree(int pidfd, const std::string& path);

}  // namespace podd::stage1
