// SPDX-License-Identifier: LGPL-2.1-or-later
// Mounts by descriptor: fsopen(2), open_tree(2), mount_setattr(2), move_mount(2), each with its
// error.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

enum class Recursive : unsigned char { kNo, kYes };

/// A detached copy of what is mounted at `path` beneath `dir_fd`; "" means `dir_fd` itself. A link
/// at the end is not followed.
base::Result<base::UniqueFd> clone_mount(int dir_fd, const std::string& path, Recursive recursive);

/// A file system that is not attached yet; `attributes` are MOUNT_ATTR_….
base::Result<base::UniqueFd> new_mount(
    const std::string& type, const std::vector<std::pair<std::string, std::string>>& options,
    std::uint64_t attributes);

/// Whether a mount follows what is mounted where it was taken from. mount_namespaces(7).
enum class Propagation : unsigned char { kPrivate, kAsItIs };

/// Adds `attributes`; with `userns_fd` ≥ 0 also the id mapping of that user namespace.
base::Result<> set_attributes(int mount_fd, std::uint64_t attributes, Recursive recursive,
                              int userns_fd = -1, Propagation propagation = Propagation::kPrivate);

/// Puts a detached mount on the very file or directory that `target_fd` stands for.
base::Result<> attach(int mount_fd, int target_fd);

/// Makes the directory of `root_fd` the root of this mount namespace and lets go of the old one.
base::Result<> switch_root(int root_fd);

}  // namespace podd::stage1
