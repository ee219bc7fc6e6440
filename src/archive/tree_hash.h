// SPDX-License-Identifier: LGPL-2.1-or-later
// What the list of a tree's files says of them, read again.
#pragma once

#include <cstdint>
#include <functional>

#include "archive/tree_writer.h"
#include "base/result.h"

namespace podd::archive {

/// Reads every regular file beneath `root_fd`, each inode once, and looks which files have extended
/// attributes. `progress` gets
/// the bytes read since the last call. Errors: kIo.
base::Result<FileFacts> hash_tree(
    int root_fd, const std::function<base::Result<>(std::uint64_t bytes)>& progress);

}  // namespace podd::archive
