// SPDX-License-Identifier: LGPL-2.1-or-later
// Extended attributes of a file that is open.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace podd::archive {

using Xattrs = std::vector<std::pair<std::string, std::string>>;

/// Those that are `wanted`, by name; none where the file system has none. Errors: kIo.
base::Result<Xattrs> read_xattrs(int fd, bool (*wanted)(std::string_view name));

/// Whether an attribute of a tree in the store belongs to it: those of keep_xattr(), and what
/// overlayfs reads.
bool is_of_tree(std::string_view name);

/// SHA-256 over all of a file that is_of_tree(), in hex; empty when it has none. Errors: kIo.
base::Result<std::string> xattr_digest(int fd);

}  // namespace podd::archive
