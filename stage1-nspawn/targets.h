// SPDX-License-Identifier: LGPL-2.1-or-later
// Places beneath an app's root. The root is hostile: nothing here follows a link out of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

/// What a mount needs beneath it.
enum class TargetKind : unsigned char { kDirectory, kFile };

/// A mount point for a volume: links are followed inside the root, what is missing is made (0755).
/// A file where a directory is wanted, or the other way round, is replaced: appc spec, ace.md
/// "Volumes". Errors: kConflict for a link that leads nowhere, and for what would have to be
/// replaced in another volume.
base::Result<base::UniqueFd> volume_target(int root_fd, const std::string& path, TargetKind kind);

/// A mount point of podd's own ("dev", "proc") directly in `dir_fd`: whatever else stands there,
/// a link above all, is replaced.
base::Result<base::UniqueFd> own_directory(int dir_fd, const std::string& name);
/// The same for a file ("hosts").
base::Result<base::UniqueFd> own_file(int dir_fd, const std::string& name);
/// The same for several files that will all be covered: those that are missing are one file with
/// many names, as a new one costs a disk more than all the rest of a mount.
base::Result<std::vector<base::UniqueFd>> own_files(int dir_fd,
                                                    const std::vector<std::string>& names);

}  // namespace podd::stage1
