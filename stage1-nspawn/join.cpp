// SPDX-License-Identifier: LGPL-2.1-or-later
#include "join.h"

#include <cerrno>

#include <fmt/format.h>

#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

// The pid may have been given to a stranger since it was recorded; a namespace's inode is not given
// again as long as the pidfd keeps that process, or its absence, apart.
Result<UniqueFd> open_leader(const plan::SandboxRecord& record) {
    UniqueFd fd{static_cast<int>(::syscall(SYS_pidfd_open, record.leader, 0U))};
    struct stat st{};
    const auto path = fmt::format("/proc/{}/ns/pid", record.leader);
    // Whoever may not send it a signal has seen that it is there.
    if (!fd || ::stat(path.c_str(), &st) < 0 || st.st_ino != record.pid_ns_inode ||
        (::syscall(SYS_pidfd_send_signal, fd.get(), 0, nullptr, 0U) < 0 && errno != EPERM))
        return Error{ErrorCode::kNotFound, "its sandbox is not running any more"};
    return fd;
}

Result<> join_pid_namespace(int fd) {
    if (::setns(fd, CLONE_NEWPID) < 0)
        return base::errno_error("joining the pod's pid namespace", errno);
    return {};
}

}  // namespace podd::stage1
