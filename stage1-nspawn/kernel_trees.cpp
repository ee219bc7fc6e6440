// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kernel_trees.h"

#include <utility>

#include <sys/mount.h>

#include "mount_api.h"
#include "targets.h"

namespace podd::stage1 {

using base::Result;
using sandbox::KernelTree;

namespace {

constexpr std::uint64_t kReadOnly =
    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;

}  // namespace

Result<KernelTrees> KernelTrees::make(int scratch, bool hide_processes) {
    auto covers = TRY(KernelCovers::make(TRY(own_directory(scratch, "covers")).get()));
    auto proc = TRY(new_proc(hide_processes));
    auto sys = TRY(new_mount("sysfs", {}, kReadOnly));
    return KernelTrees{std::move(covers), std::move(proc), std::move(sys)};
}

Result<> KernelTrees::place(int proc_target, int sys_target) {
    TRY(proc_.place(proc_target));
    TRY(sys_.place(sys_target));
    if (protected_) return {};
    // Before Linux 6.15 nothing can be mounted on what is still detached, so the first place is
    // where the covers go on; copies bring them along.
    TRY(covers_.lay_on(KernelTree::kProc, proc_.fd()));
    TRY(covers_.lay_on(KernelTree::kSys, sys_.fd()));
    protected_ = true;
    return {};
}

}  // namespace podd::stage1
