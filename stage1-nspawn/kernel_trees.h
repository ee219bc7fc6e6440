// SPDX-License-Identifier: LGPL-2.1-or-later
// /proc and /sys of a pod, with what sandbox/kernel_paths.h says laid on top.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "kernel_covers.h"
#include "shared_mount.h"

namespace podd::stage1 {

class KernelTrees {
public:
    /// Mounts both for the caller's pid and network namespace. `scratch`: a directory to keep the
    /// covers in. `hide_processes`: see new_proc().
    static base::Result<KernelTrees> make(int scratch, bool hide_processes);

    base::Result<> place(int proc_target, int sys_target);
    /// Lays an empty, unwritable file or directory over `target_fd`.
    base::Result<> hide(int target_fd, bool directory) const {
        return covers_.hide(target_fd, directory);
    }

private:
    KernelTrees(KernelCovers covers, base::UniqueFd proc, base::UniqueFd sys)
        : covers_{std::move(covers)}, proc_{std::move(proc)}, sys_{std::move(sys)} {}

    KernelCovers covers_;
    SharedMount proc_;
    SharedMount sys_;
    bool protected_ = false;
};

}  // namespace podd::stage1
