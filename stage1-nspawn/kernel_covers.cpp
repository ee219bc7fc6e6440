// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kernel_covers.h"

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mount_api.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;
using sandbox::KernelPath;
using sandbox::KernelPathRule;
using sandbox::KernelTree;

namespace {

constexpr std::uint64_t kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

Result<> make_read_only(int target) {
    const auto copy = TRY(clone_mount(target, "", Recursive::kYes));
    TRY(set_attributes(copy.get(), MOUNT_ATTR_RDONLY | kQuiet, Recursive::kYes));
    return attach(copy.get(), target);
}

}  // namespace

Result<KernelCovers> KernelCovers::make(int place) {
    auto covers =
        TRY(new_mount("tmpfs", {{"mode", "0555"}, {"size", "4k"}, {"nr_inodes", "8"}}, kQuiet));
    TRY(attach(covers.get(), place));
    const int dir = covers.get();
    UniqueFd file{::openat(dir, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)};
    if (!file || ::mkdirat(dir, "directory", 0) < 0 || ::mkdirat(dir, "sys-fs", 0555) < 0 ||
        ::mkdirat(dir, "sys-fs/cgroup", 0555) < 0)
        return errno_error("making covers", errno);
    file.reset();  // no mount becomes read-only while a file of it is open for writing
    TRY(set_attributes(dir, MOUNT_ATTR_RDONLY, Recursive::kNo));
    return KernelCovers{std::move(covers)};
}

Result<> KernelCovers::hide(int target, bool directory) const {
    const auto cover =
        TRY(clone_mount(mount_.get(), directory ? "directory" : "file", Recursive::kNo));
    return attach(cover.get(), target);
}

Result<> KernelCovers::lay_on(const KernelPath& path, int target) const {
    struct stat st{};
    if (::fstat(target, &st) < 0) return errno_error("looking at a kernel path", errno);
    if (path.rule == KernelPathRule::kReadOnly)
        TRY_CONTEXT(make_read_only(target), "protecting \"{}\"", path.path);
    else if (path.tree == KernelTree::kSys && path.path == "fs")
        TRY(attach(TRY(clone_mount(mount_.get(), "sys-fs", Recursive::kNo)).get(), target));
    else
        TRY_CONTEXT(hide(target, S_ISDIR(st.st_mode)), "hiding \"{}\"", path.path);
    return {};
}

Result<> KernelCovers::lay_on(KernelTree tree, int root) const {
    for (const auto& path : sandbox::kernel_paths()) {
        if (path.tree != tree) continue;
        const UniqueFd target{
            ::openat(root, std::string{path.path}.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
        if (target)
            TRY(lay_on(path, target.get()));
        else if (errno != ENOENT)
            return errno_error(fmt::format("opening \"{}\" of the kernel", path.path), errno);
    }
    return {};
}

Result<UniqueFd> new_proc(bool hide_processes) {
    std::vector<std::pair<std::string, std::string>> options;
    if (hide_processes) options.emplace_back("hidepid", "invisible");
    return new_mount("proc", options, kQuiet);
}

}  // namespace podd::stage1
