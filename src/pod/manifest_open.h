// SPDX-License-Identifier: LGPL-2.1-or-later
// Opening a manifest file: no device is ever opened, nobody but root has a say, nothing is waited
// for.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "pod/manifest_files.h"

namespace podd::pod {

/// What stands at a name, links followed. For a file that masks, `fd` is empty.
struct OpenedManifest {
    base::UniqueFd fd;
    bool masked = false;
};

/// The directory of manifests. Errors: kNotFound; kDenied when somebody else than root may write
/// it.
base::Result<base::UniqueFd> open_manifest_dir(const std::string& path, Owner owner);

/// `name` in `dir_fd`. With Owner::kRootOnly the file, the links on the way and the directories
/// that they lead through must belong to root and be writable by nobody else. Errors:
/// kInvalidArgument when it is not a regular file of at most kManifestMaxBytes; kDenied.
base::Result<OpenedManifest> open_manifest(int dir_fd, const std::string& name, Owner owner);

}  // namespace podd::pod
