// SPDX-License-Identifier: LGPL-2.1-or-later
#include "child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket_message.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxReport = 65536;

// A report is the error's code as a byte and its message; success is a byte of its own.
constexpr char kSuccess = '+';

[[noreturn]] void run_and_exit(const std::function<Result<>()>& work, int report) {
    const auto done = work();
    std::string text{kSuccess};
    if (!done) {
        text = static_cast<char>('a' + static_cast<int>(done.error().code()));
        text += done.error().message();
    }
    const bool sent = base::write_all(report, text).has_value();
    ::_exit(done && sent ? 0 : 1);
}

}  // namespace

// NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes it
pid_t fork_process(Parent parent, int* pidfd, Users users, int cgroup) {
    clone_args args{};
    // With CLONE_PARENT the child inherits the signal that the caller's own parent gets.
    if (parent == Parent::kMine)
        args.flags = CLONE_PARENT;
    else
        args.exit_signal = SIGCHLD;
    if (users == Users::kNew) args.flags |= CLONE_NEWUSER;
    if (cgroup != kSameCgroup) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(cgroup);
    }
    if (pidfd != nullptr) {
        args.flags |= CLONE_PIDFD;
        args.pidfd = reinterpret_cast<std::uint64_t>(pidfd);
    }
    return static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
}

Result<Child> Child::start(const std::function<Result<>()>& work, Parent parent, Users users) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    UniqueFd read_end{ends[0]};
    const UniqueFd write_end{ends[1]};
    int pidfd = -1;
    const pid_t pid = fork_process(parent, &pidfd, users);
    if (pid < 0) return base::errno_error("forking", errno);
    if (pid == 0) run_and_exit(work, write_end.get());
    return Child{pid, UniqueFd{pidfd}, parent, std::move(read_end)};
}

Child::~Child() {
    if (!report_) return;
    // By pidfd: systemd may have reaped its own child already, and the number may be a stranger's.
    (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0U);
    if (parent_ == Parent::kSelf) (void)::waitpid(pid_, nullptr, 0);
}

Result<> Child::finish() {
    auto text = base::read_all(report_.get(), kMaxReport);
    report_.reset();
    if (parent_ == Parent::kSelf) (void)::waitpid(pid_, nullptr, 0);
    if (!text) return std::move(text).error();
    if (text->empty()) return Error{ErrorCode::kInternal, "a helper process died"};
    if (text->front() == kSuccess) return {};
    return Error{static_cast<ErrorCode>(text->front() - 'a'), text->substr(1)};
}

// A message has at least one byte.
constexpr char kNothingSaid = 0;

// As many messages as it takes: the mounts of a pod with many apps are more than one can hold.
Result<> send_fds(int socket, const std::vector<int>& fds) {
    auto next = fds.begin();
    do {
        const auto rest = static_cast<std::size_t>(fds.end() - next);
        const auto end = next + static_cast<std::ptrdiff_t>(std::min(rest, base::kMaxMessageFds));
        TRY(base::send_message(socket, std::string_view{&kNothingSaid, 1}, {next, end}));
        next = end;
    } while (next != fds.end());
    return {};
}

Result<std::vector<UniqueFd>> receive_fds(int socket, std::size_t count) {
    std::vector<UniqueFd> fds;
    do {
        const auto wanted = std::min(count - fds.size(), base::kMaxMessageFds);
        auto message = TRY(base::receive_message(socket, 1, wanted));
        if (message.text.empty())
            return Error{ErrorCode::kUnavailable, "the process that makes the mounts ended early"};
        if (message.fds.size() != wanted)
            return Error{ErrorCode::kInternal, "descriptors were lost on the way"};
        std::move(message.fds.begin(), message.fds.end(), std::back_inserter(fds));
    } while (fds.size() < count);
    return fds;
}

Result<std::pair<UniqueFd, UniqueFd>> socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return base::errno_error("making a socket pair", errno);
    return std::pair{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Result<> signal_peer(int fd) {
    char byte = 0;
    if (::send(fd, &byte, 1, MSG_NOSIGNAL) < 0)
        return Error{ErrorCode::kUnavailable, "the other process is gone"};
    return {};
}

Result<> await_peer(int fd) {
    char byte = 0;
    ssize_t n = 0;
    do {
        n = ::recv(fd, &byte, 1, 0);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) return Error{ErrorCode::kUnavailable, "the other process is gone"};
    return {};
}

}  // namespace podd::stage1
