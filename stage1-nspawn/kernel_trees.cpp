// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kernel_trees.h"

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "sandbox/kernel_paths.h"
#include "targets.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;
using sandbox::KernelPathRule;
using sandbox::KernelTree;

namespace {

constexpr std::uint64_t kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

Result<UniqueFd> make_covers(int scratch) {
    auto covers =
        TRY(new_mount("tmpfs", {{"mode", "0555"}, {"size", "4k"}, {"nr_inodes", "8"}}, kQuiet));
    TRY(attach(covers.get(), TRY(own_directory(scratch, "covers")).get()));
    const int dir = covers.get();
    UniqueFd file{::openat(dir, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)};
    if (!file || ::mkdirat(dir, "directory", 0) < 0 || ::mkdirat(dir, "sys-fs", 0555) < 0 ||
        ::mkdirat(dir, "sys-fs/cgroup", 0555) < 0)
        return errno_error("making covers", errno);
    file.reset();  // no mount becomes read-only while a file of it is open for writing
    TRY(set_attributes(dir, MOUNT_ATTR_RDONLY, Recursive::kNo));
    return covers;
}

Result<> make_read_only(int target_fd) {
    const auto copy = TRY(clone_mount(target_fd, "", Recursive::kYes));
    TRY(set_attributes(copy.get(), MOUNT_ATTR_RDONLY | kQuiet, Recursive::kYes));
    return attach(copy.get(), target_fd);
}

}  // namespace

Result<KernelTrees> KernelTrees::make(int scratch, bool hide_processes) {
    auto covers = TRY(make_covers(scratch));
    std::vector<std::pair<std::string, std::string>> options;
    if (hide_processes) options.emplace_back("hidepid", "invisible");
    auto proc = TRY(new_mount("proc", options, kQuiet));
    auto sys = TRY(new_mount("sysfs", {}, kQuiet | MOUNT_ATTR_RDONLY));
    return KernelTrees{std::move(covers), std::move(proc), std::move(sys)};
}

Result<> KernelTrees::hide(int target_fd, bool directory) const {
    const auto cover =
        TRY(clone_mount(covers_.get(), directory ? "directory" : "file", Recursive::kNo));
    return attach(cover.get(), target_fd);
}

Result<> KernelTrees::protect() {
    for (const auto& [tree, path, rule] : sandbox::kernel_paths()) {
        const int root = tree == KernelTree::kProc ? proc_.fd() : sys_.fd();
        const UniqueFd target{
            ::openat(root, std::string{path}.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
        if (!target) {
            if (errno == ENOENT) continue;
            return errno_error(fmt::format("opening \"{}\" of the kernel", path), errno);
        }
        struct stat st{};
        if (::fstat(target.get(), &st) < 0) return errno_error("looking at a kernel path", errno);
        if (rule == KernelPathRule::kReadOnly)
            TRY_CONTEXT(make_read_only(target.get()), "protecting \"{}\"", path);
        else if (tree == KernelTree::kSys && path == "fs")
            TRY(attach(TRY(clone_mount(covers_.get(), "sys-fs", Recursive::kNo)).get(),
                       target.get()));
        else
            TRY_CONTEXT(hide(target.get(), S_ISDIR(st.st_mode)), "hiding \"{}\"", path);
    }
    return {};
}

Result<> KernelTrees::place(int proc_target, int sys_target) {
    TRY(proc_.place(proc_target));
    TRY(sys_.place(sys_target));
    // Before Linux 6.15 nothing can be mounted on what is still detached, so the first place is
    // where the covers go on; copies bring them along.
    if (!protected_) TRY(protect());
    protected_ = true;
    return {};
}

}  // namespace podd::stage1
