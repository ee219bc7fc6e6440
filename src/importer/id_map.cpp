// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/id_map.h"

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "importer/worker.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

std::string map_line(std::uint32_t inside, std::uint32_t outside, std::uint32_t count) {
    return fmt::format("{} {} {}\n", inside, outside, count);
}

// The kernel takes all lines in one write.
Result<> write_maps(pid_t pid, const std::string& lines) {
    for (const char* file : {"uid_map", "gid_map"}) {
        const auto fd = TRY(base::open_path(fmt::format("/proc/{}/{}", pid, file), O_WRONLY));
        TRY(base::write_all(fd.get(), lines));
    }
    return {};
}

// A process whose only purpose is its user namespace. It ends when the other end of its pipe
// closes, so also when the importer is killed; until then it keeps nothing else of the importer
// open, least of all its locks.
class NamespaceHolder {
public:
    static Result<NamespaceHolder> start() {
        int fds[2];
        if (::pipe2(fds, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
        const UniqueFd wait{fds[0]};
        NamespaceHolder holder{UniqueFd{fds[1]}};
        clone_args args{};
        args.flags = CLONE_NEWUSER;
        args.exit_signal = SIGCHLD;
        holder.pid_ = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
        if (holder.pid_ < 0) return base::errno_error("making a user namespace", errno);
        if (holder.pid_ == 0) hold(wait.get());
        return holder;
    }
    NamespaceHolder(NamespaceHolder&& other) noexcept
        : alive_{std::move(other.alive_)}, pid_{std::exchange(other.pid_, -1)} {}
    NamespaceHolder& operator=(NamespaceHolder&&) = delete;
    ~NamespaceHolder() {
        alive_.reset();
        if (pid_ <= 0) return;
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    pid_t pid() const { return pid_; }

private:
    explicit NamespaceHolder(UniqueFd alive) : alive_{std::move(alive)} {}

    [[noreturn]] static void hold(int wait) {
        const auto from = static_cast<unsigned int>(wait);
        if (from > 0) (void)::syscall(SYS_close_range, 0U, from - 1, 0U);
        (void)::syscall(SYS_close_range, from + 1, ~0U, 0U);
        char byte = 0;
        while (::read(wait, &byte, 1) < 0 && errno == EINTR) {
        }
        ::_exit(0);
    }

    UniqueFd alive_;
    pid_t pid_ = -1;
};

// A user namespace stays while a descriptor of it is open.
Result<UniqueFd> mount_namespace_ids(HostRoot root) {
    const auto holder = TRY(NamespaceHolder::start());
    auto lines = map_line(kForeignBase, kWorkerBase, kIdCount);
    if (root == HostRoot::kStays) lines += map_line(0, 0, 1);
    TRY(write_maps(holder.pid(), lines));
    return base::open_path(fmt::format("/proc/{}/ns/user", holder.pid()), O_RDONLY);
}

}  // namespace

Result<> write_id_maps(pid_t pid, std::uint32_t inside, std::uint32_t outside) {
    return write_maps(pid, map_line(inside, outside, kIdCount));
}

Result<UniqueFd> id_mapped_mount(int dir_fd, Access access, HostRoot root) {
    UniqueFd mount{static_cast<int>(
        ::syscall(SYS_open_tree, dir_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH))};
    if (!mount) return base::errno_error("making a mount of the new tree", errno);
    const auto ids = TRY(mount_namespace_ids(root));
    mount_attr attr{};
    attr.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    if (access == Access::kRead) attr.attr_set |= MOUNT_ATTR_RDONLY;
    attr.userns_fd = static_cast<std::uint64_t>(ids.get());
    if (::syscall(SYS_mount_setattr, mount.get(), "", AT_EMPTY_PATH, &attr, sizeof attr) < 0) {
        if (errno == EINVAL)
            return Error{ErrorCode::kUnsupported,
                         "the file system of the store cannot be mounted with mapped ids by this "
                         "kernel: put it on ext4, xfs or btrfs"};
        return base::errno_error("mapping the ids of the new tree", errno);
    }
    return mount;
}

}  // namespace podd::importer
