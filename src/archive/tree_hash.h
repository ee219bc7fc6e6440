// SPDX-License-Identifier: LGPL-2.1-or-later
// The digests of all files of a tree, read again.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "archive/tree_writer.h"
#include "base/result.h"

namespace podd::archive {

/// Reads every regular file beneath `root_fd` that is not empty, each inode once. `progress` gets
/// the bytes read since the last call. Errors: kIo.
base::Result<std::vector<FileDigest>> hash_tree(
    int root_fd, const std::function<base::Result<>(std::uint64_t bytes)>& progress);

}  // namespace podd::archive
