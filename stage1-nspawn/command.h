// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for a command that was started in an app.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "command_cgroup.h"
#include "plan/enter.h"

namespace podd::stage1 {

/// From where the command gets its signals.
class Caller {
public:
    /// Without a socket, what reaches this process is passed on to the command.
    explicit Caller(base::UniqueFd socket) : socket_{std::move(socket)} {}

    /// Before the command is made, so that no signal is lost.
    base::Result<> listen();
    /// A caller that is gone, or does not read, misses it.
    void tell(const plan::EnterEvent& event, int fd = -1) const;
    /// Until `fd`, of the process that becomes the command, has something to say. The pod can keep
    /// that process from it: who calls meanwhile, or goes, has everything in `cgroup` killed.
    void await(int fd, const CommandCgroup& cgroup) const;
    /// Until the command's end. `pid` leads a process group. A caller that goes away is like a
    /// terminal that is hung up: the command has a few seconds left.
    base::Result<plan::EnterEvent> wait(pid_t pid, int pidfd, const CommandCgroup& cgroup);

private:
    void heed_socket(pid_t pid);
    void heed_signals(pid_t pid);
    void hang_up(pid_t pid);

    base::UniqueFd socket_;
    base::UniqueFd signals_;
    bool controlled_ = static_cast<bool>(socket_);
    bool hung_up_ = false;
};

}  // namespace podd::stage1
