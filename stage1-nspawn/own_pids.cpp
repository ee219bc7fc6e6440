// SPDX-License-Identifier: LGPL-2.1-or-later
#include "own_pids.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "child.h"
#include "join.h"
#include "kernel_covers.h"
#include "mount_api.h"
#include "targets.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxFdInfo = 4096;
constexpr const char* kSpare = "/sys/fs/cgroup";  // is podd's own directory, whatever the image has

}  // namespace

Result<> be_reborn(int socket) {
    if (::unshare(CLONE_NEWPID) < 0) return errno_error("making a PID namespace", errno);
    int pidfd = -1;
    const pid_t pid = fork_process(Parent::kMine, &pidfd);
    if (pid < 0) return errno_error("making the first process of a PID namespace", errno);
    if (pid > 0) {
        TRY(send_fds(socket, {pidfd}));
        ::_exit(EXIT_SUCCESS);
    }
    TRY(await_peer(socket));
    if (::setsid() < 0) return errno_error("making a session", errno);
    return {};
}

Result<> place_proc(bool hide_processes) {
    const auto spare = TRY(base::open_path(kSpare, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    const auto covers = TRY(KernelCovers::make(spare.get()));
    // Not only covered: nothing of the other apps shall be there.
    if (::umount2("/proc", MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
        return errno_error("leaving the pod's /proc", errno);
    const auto root = TRY(base::open_path("/", O_PATH | O_DIRECTORY));
    const auto proc = TRY(new_proc(hide_processes));
    TRY(attach(proc.get(), TRY(own_directory(root.get(), "proc")).get()));
    TRY(covers.lay_on(sandbox::KernelTree::kProc, proc.get()));
    if (::umount2(kSpare, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
        return errno_error("putting covers away", errno);
    return {};
}

Result<> place_proc_of(int process, bool hide_processes) {
    TRY(join_pid_namespace(process));
    auto placer = TRY(Child::start([&]() -> Result<> {
        if (::setns(process, CLONE_NEWNS) < 0)
            return errno_error("joining the app's mount namespace", errno);
        return place_proc(hide_processes);
    }));
    return placer.finish();
}

// Source: proc_pid_fdinfo(5), "Pid:".
Result<pid_t> pid_of(int pidfd) {
    constexpr std::string_view kKey = "\nPid:\t";
    const auto text = TRY(base::read_file(fmt::format("/proc/self/fdinfo/{}", pidfd), kMaxFdInfo));
    const auto at = text.find(kKey);
    const auto end = text.find('\n', at + 1);
    const auto pid = at == std::string::npos || end == std::string::npos
                         ? std::nullopt
                         : base::parse_number<pid_t>(std::string_view{text}.substr(
                               at + kKey.size(), end - at - kKey.size()));
    if (!pid || *pid <= 0) return Error{ErrorCode::kUnavailable, "the app's process is gone"};
    return *pid;
}

}  // namespace podd::stage1
