// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netns.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::cni {

using base::errno_error;
using base::Result;

namespace {

constexpr const char* kParent = "/run/podd";
constexpr const char* kFolder = "netns";

std::string path_of(const std::string& uuid) {
    return fmt::format("{}/{}/{}", kParent, kFolder, uuid);
}

}  // namespace

Result<std::string> bind_netns(int netns, const std::string& uuid) {
    if (::ioctl(netns, NS_GET_NSTYPE) != CLONE_NEWNET)
        return base::Error{base::ErrorCode::kInvalidArgument, "that is no network namespace"};
    const auto parent = TRY(base::open_path(kParent, O_PATH | O_DIRECTORY));
    const auto folder = TRY(base::open_or_make_dir(parent.get(), kFolder, 0700));
    const auto target = TRY(base::open_at(folder.get(), uuid, O_WRONLY | O_CREAT | O_EXCL, 0444));
    auto path = path_of(uuid);
    if (::mount(base::fd_path(netns).c_str(), path.c_str(), nullptr, MS_BIND, nullptr) < 0)
        return errno_error(fmt::format("mounting the pod's network namespace at \"{}\"", path),
                           errno);
    return path;
}

std::string bound_netns(const std::string& uuid) {
    auto path = path_of(uuid);
    struct statfs fs{};
    const bool there = ::statfs(path.c_str(), &fs) == 0 && fs.f_type == NSFS_MAGIC;
    return there ? path : std::string{};
}

Result<> unbind_netns(const std::string& uuid) {
    const auto path = path_of(uuid);
    while (!bound_netns(uuid).empty())
        if (::umount2(path.c_str(), MNT_DETACH) < 0)
            return errno_error(fmt::format("unmounting \"{}\"", path), errno);
    if (::unlink(path.c_str()) < 0 && errno != ENOENT)
        return errno_error(fmt::format("removing \"{}\"", path), errno);
    return {};
}

}  // namespace podd::cni
