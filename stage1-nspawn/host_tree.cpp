// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host_tree.h"

#include <cerrno>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "base/file.h"
#include "mount_api.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;

namespace {

constexpr int kMaxRootLayers = 32;

}  // namespace

Result<> leave_host_mounts(LaterMounts later) {
    const unsigned long way = later == LaterMounts::kArrive ? MS_SLAVE : MS_PRIVATE;
    if (::unshare(CLONE_NEWNS) < 0) return errno_error("making a mount namespace", errno);
    if (::mount(nullptr, "/", nullptr, MS_REC | way, nullptr) < 0)
        return errno_error("cutting the mounts off from the host", errno);
    return {};
}

// Layer by layer: where the host's root was itself mounted over another (in a container, say), what
// lies beneath would stay in this namespace, out of sight. A fully visible /proc there is all the
// kernel asks for before a pod that holds CAP_SYS_ADMIN may mount one without the masks. Source:
// mnt_already_visible() in fs/namespace.c.
Result<> replace_host_tree(int tree_fd) {
    const auto self = TRY(base::open_path("/proc/self/ns/mnt", O_RDONLY));
    // The lowest root is locked. Joining one's own namespace leads to the top of what is left.
    for (int layer = 0; layer < kMaxRootLayers && ::umount2("/", MNT_DETACH) == 0; ++layer)
        if (::setns(self.get(), CLONE_NEWNS) < 0)
            return errno_error("leaving the host's mounts", errno);
    TRY(attach(tree_fd, TRY(base::open_path("/", O_PATH | O_DIRECTORY)).get()));
    if (::setns(self.get(), CLONE_NEWNS) < 0) return errno_error("entering the new root", errno);
    return {};
}

// By way of a copy of the host's mounts. One of all that the other namespace holds, the mounts of
// all apps of a pod, would make the work of starting them grow with the square of their number.
Result<> take_tree(int pidfd, const std::string& path) {
    TRY(leave_host_mounts(LaterMounts::kStayAway));
    const auto own = TRY(base::open_path("/proc/self/ns/mnt", O_RDONLY));
    if (::setns(pidfd, CLONE_NEWNS) < 0) return errno_error("joining the pod's mounts", errno);
    const auto tree = TRY(clone_mount(AT_FDCWD, path, Recursive::kYes));
    if (::setns(own.get(), CLONE_NEWNS) < 0) return errno_error("leaving the pod's mounts", errno);
    return replace_host_tree(tree.get());
}

}  // namespace podd::stage1
