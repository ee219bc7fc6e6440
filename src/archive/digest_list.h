// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of all files of a tree with their digests, in the form of mtree(5), sorted by path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "archive/tree_writer.h"
#include "base/result.h"

namespace podd::archive {

/// What a tree holds, counted while it is listed.
struct TreeSize {
    std::uint64_t files = 0;    // of every type
    std::uint64_t bytes = 0;    // of regular files
    std::uint64_t unnamed = 0;  // directories that the archive has files in but no member for
};

/// Walks the tree at `root_fd` and writes one line for every file to `out_fd`: type, mode, owner
/// (as seen by the caller), size, link target, the SHA-256 out of `facts`, and one over extended
/// attributes where there are any. Comments at the end name the directories in `unnamed` and say
/// what all files are together. Errors: kIo; kInternal when a file has no digest.
base::Result<TreeSize> write_digest_list(int root_fd, int out_fd, FileFacts facts,
                                         const std::unordered_set<std::string>& unnamed = {});

/// What a list begins with; those of earlier versions knew nothing of extended attributes.
inline constexpr std::string_view kListHead = "#mtree\n#xattrs\n";
inline constexpr std::string_view kXattrKey = " xattrsha256=";  // the last of a line, where it is

inline constexpr std::string_view kUnnamedMark = "#unnamed ";  // before a path, in such a list

/// A path as such a list has it: everything but visible ASCII is written as \ooo.
void append_escaped(std::string& text, std::string_view name);

/// What such a list says at its end; nothing when that is not there.
std::optional<TreeSize> listed_size(int list_fd);

}  // namespace podd::archive
