// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder of a stack of overlay layers, as overlayfs with "userxattr" shows it: whiteouts are
// character devices 0:0, opaque folders carry user.overlay.opaque=y.
// Source: Documentation/filesystems/overlayfs.rst.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::pod {

/// The folders of the layers that make it up, highest first.
using MergedDir = std::vector<std::shared_ptr<base::UniqueFd>>;

/// What one name in a merged folder is.
struct MergedEntry {
    enum class Kind : unsigned char { kNothing, kDirectory, kLink, kOther };
    Kind kind = Kind::kNothing;
    struct stat st{};                        // of the highest layer's entry
    MergedDir dirs;                          // kDirectory
    std::shared_ptr<base::UniqueFd> holder;  // folder that holds a link or other entry
};

bool is_whiteout(const struct stat& st);

/// Errors: kIo.
base::Result<MergedEntry> look_up(const MergedDir& dir, const std::string& name);

/// All names that stand in one of its folders, each once; of some look_up() finds nothing, because
/// a layer hides them. Errors: kIo.
base::Result<std::vector<std::string>> names_in(const MergedDir& dir);

/// The target of a kLink. Errors: kIo.
base::Result<std::string> read_link(const MergedEntry& entry, const std::string& name);

}  // namespace podd::pod
