// SPDX-License-Identifier: LGPL-2.1-or-later
// What lies on the paths of /proc and /sys that a pod may not see or change: see
// sandbox/kernel_paths.h.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/kernel_paths.h"

namespace podd::stage1 {

class KernelCovers {
public:
    /// Attaches them at the directory `place`: copies can be made of what is attached only.
    static base::Result<KernelCovers> make(int place);

    /// On all of `tree` that `root`, where it is attached, has.
    base::Result<> lay_on(sandbox::KernelTree tree, int root) const;
    /// Lays an empty, unwritable file or directory over `target`.
    base::Result<> hide(int target, bool directory) const;

private:
    explicit KernelCovers(base::UniqueFd mount) : mount_{std::move(mount)} {}
    base::Result<> lay_on(const sandbox::KernelPath& path, int target) const;

    base::UniqueFd mount_;  // a tmpfs: "file", "directory", "sys-fs"
};

/// A /proc of the caller's PID namespace, detached and without covers. `hide_processes`: users see
/// those only that they may trace. Source: proc(5), "hidepid".
base::Result<base::UniqueFd> new_proc(bool hide_processes);

}  // namespace podd::stage1
