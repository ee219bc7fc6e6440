// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of all files of a tree with their digests, in the form of mtree(5), sorted by path.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "archive/tree_writer.h"
#include "base/result.h"

namespace podd::archive {

/// What a tree holds, counted while it is listed.
struct TreeSize {
    std::uint64_t files = 0;  // of every type
    std::uint64_t bytes = 0;  // of regular files
};

/// Walks the tree at `root_fd` and writes one line for every file to `out_fd`: type, mode, owner
/// (as seen by the caller), size, link target and the SHA-256 out of `digests`, by inode. What all
/// of them are together is a comment at the end.
/// Errors: kIo; kInternal when a file has no digest.
base::Result<TreeSize> write_digest_list(int root_fd, int out_fd, std::vector<FileDigest> digests);

/// What such a list says at its end; nothing when that is not there.
std::optional<TreeSize> listed_size(int list_fd);

}  // namespace podd::archive
