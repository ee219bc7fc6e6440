// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder that is a root file system, on its way into the store.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::podctl {

/// Whether the folder is that of an OCI image layout, or of what "docker save" writes: by the files
/// that every such one has.
bool holds_images(int dir_fd);

/// A tar of it in a file without a name, read with the rights of the caller; what was left out is
/// said on standard error unless `quiet`. No link is followed. Errors: those of
/// archive::pack_folder().
base::Result<base::UniqueFd> tar_of_root(int dir_fd, bool quiet);

}  // namespace podd::podctl
