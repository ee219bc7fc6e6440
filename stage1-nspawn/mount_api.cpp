// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mount_api.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

Result<UniqueFd> clone_mount(int dir_fd, const std::string& path, Recursive recursive) {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW;
    if (path.empty()) flags |= AT_EMPTY_PATH;
    if (recursive == Recursive::kYes) flags |= AT_RECURSIVE;
    UniqueFd fd{::open_tree(dir_fd, path.c_str(), flags)};
    if (!fd) return errno_error(fmt::format("cloning the mount at \"{}\"", path), errno);
    return fd;
}

Result<UniqueFd> new_mount(const std::string& type,
                           const std::vector<std::pair<std::string, std::string>>& options,
                           std::uint64_t attributes) {
    const UniqueFd context{::fsopen(type.c_str(), FSOPEN_CLOEXEC)};
    if (!context) return errno_error(fmt::format("opening file system \"{}\"", type), errno);
    for (const auto& [name, value] : options)
        if (::fsconfig(context.get(), FSCONFIG_SET_STRING, name.c_str(), value.c_str(), 0) < 0)
            return errno_error(fmt::format("setting {}={} of a new {}", name, value, type), errno);
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0)
        return errno_error(fmt::format("making a new {}", type), errno);
    UniqueFd fd{::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes))};
    if (!fd) return errno_error(fmt::format("mounting a new {}", type), errno);
    return fd;
}

Result<> set_attributes(int mount_fd, std::uint64_t attributes, Recursive recursive, int userns_fd,
                        Propagation propagation) {
    mount_attr attr{};
    attr.attr_set = attributes;
    if (propagation == Propagation::kPrivate) attr.propagation = MS_PRIVATE;
    if (userns_fd >= 0) {
        attr.attr_set |= MOUNT_ATTR_IDMAP;
        attr.userns_fd = static_cast<std::uint64_t>(userns_fd);
    }
    const unsigned flags =
        AT_EMPTY_PATH | (recursive == Recursive::kYes ? unsigned{AT_RECURSIVE} : 0U);
    if (::mount_setattr(mount_fd, "", flags, &attr, sizeof attr) < 0) {
        if (userns_fd >= 0 && errno == EINVAL)
            return base::Error{
                base::ErrorCode::kUnsupported,
                "its file system, or one that is mounted beneath it, cannot be "
                "mounted with mapped ids by this kernel: put it on ext4, xfs or btrfs"};
        return errno_error(userns_fd >= 0 ? "mapping the ids of a mount" : "protecting a mount",
                           errno);
    }
    return {};
}

Result<> attach(int mount_fd, int target_fd) {
    if (::move_mount(mount_fd, "", target_fd, "",
                     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return errno_error("attaching a mount", errno);
    return {};
}

Result<> switch_root(int root_fd) {
    if (::fchdir(root_fd) < 0) return errno_error("entering the new root", errno);
    // Both names are the new root: the old one ends up mounted on top of it. Source: pivot_root(2).
    if (::syscall(SYS_pivot_root, ".", ".") < 0) return errno_error("changing the root", errno);
    if (::umount2(".", MNT_DETACH) < 0) return errno_error("leaving the old root", errno);
    if (::chdir("/") < 0) return errno_error("entering the new root", errno);
    return {};
}

}  // namespace podd::stage1
