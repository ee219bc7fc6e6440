// SPDX-License-Identifier: LGPL-2.1-or-later
// A forked child that does one piece of work and says over a pipe how it went.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

/// Whose child the new process becomes.
enum class Parent : unsigned char {
    kSelf,
    kMine,  // CLONE_PARENT: a sibling of the caller, reaped by the caller's parent
};

/// Whether it is born into a user namespace of its own: one whose maps the caller writes, without
/// first waiting for the child.
enum class Users : unsigned char { kSame, kNew };

/// The process runs `work` and exits: its stack never returns into the caller's code.
class Child {
public:
    static base::Result<Child> start(const std::function<base::Result<>()>& work,
                                     Parent parent = Parent::kSelf, Users users = Users::kSame);
    Child(Child&&) = default;
    Child& operator=(Child&&) = default;
    ~Child();  // kills and reaps what was not finished

    pid_t pid() const { return pid_; }
    /// Waits for the end of `work` and gives its error.
    base::Result<> finish();

private:
    Child(pid_t pid, base::UniqueFd pidfd, Parent parent, base::UniqueFd report)
        : pid_{pid}, pidfd_{std::move(pidfd)}, parent_{parent}, report_{std::move(report)} {}
    pid_t pid_;
    base::UniqueFd pidfd_;
    Parent parent_;
    base::UniqueFd report_;  // open as long as the child was not finished
};

/// Stands for the caller's own cgroup.
inline constexpr int kSameCgroup = -1;

/// fork(2) through clone3(2). `pidfd` may be null; `cgroup` is a folder that the child is born
/// into. Returns 0 in the child, -1 with errno on failure.
pid_t fork_process(Parent parent, int* pidfd, Users users = Users::kSame, int cgroup = kSameCgroup);

/// Sends open descriptors over a socket and takes them; the receiver knows how many to expect.
base::Result<> send_fds(int socket, const std::vector<int>& fds);
base::Result<std::vector<base::UniqueFd>> receive_fds(int socket, std::size_t count);

/// Two connected sockets that keep messages apart.
base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair();

/// One byte that lets the other end go on. Errors: kUnavailable when that end is gone.
base::Result<> signal_peer(int fd);
base::Result<> await_peer(int fd);

}  // namespace podd::stage1
