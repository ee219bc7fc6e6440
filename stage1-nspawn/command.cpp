// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.h"

#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/socket_message.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using plan::EnterEvent;

namespace {

constexpr int kPatienceMsec = 5000;
constexpr int kSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

// As a terminal does it: to all that the command runs in the foreground.
void send_signal(pid_t group, int signal) {
    (void)::kill(-group, signal);
}

Result<EnterEvent> reap(pid_t pid) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0)
        return errno_error("waiting for the command", errno);
    return EnterEvent{
        info.si_code == CLD_EXITED ? EnterEvent::Kind::kExited : EnterEvent::Kind::kKilled,
        info.si_status};
}

}  // namespace

Result<> Caller::listen() {
    sigset_t set;
    (void)::sigemptyset(&set);
    for (const int signal : kSignals)
        (void)::sigaddset(&set, signal);
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
        return errno_error("blocking signals", error);
    signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return errno_error("waiting for signals", errno);
    return {};
}

void Caller::tell(const EnterEvent& event, int fd) const {
    if (!socket_) return;
    std::vector<int> fds;
    if (fd >= 0) fds.push_back(fd);
    (void)base::send_message(socket_.get(), plan::to_text(event), fds, MSG_DONTWAIT);
}

void Caller::await(int fd, const CommandCgroup& cgroup) const {
    pollfd events[] = {{fd, POLLIN, 0}, {signals_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
    while (::poll(events, std::size(events), -1) < 0 && errno == EINTR) {
    }
    if (events[0].revents == 0) cgroup.kill();
}

void Caller::hang_up(pid_t pid) {
    hung_up_ = true;
    for (const int signal : {SIGHUP, SIGTERM, SIGCONT})
        send_signal(pid, signal);
}

void Caller::heed_socket(pid_t pid) {
    const auto message = base::receive_message(socket_.get(), plan::kMaxEnterMessage, 0);
    const auto signal = message && !message->text.empty()
                            ? plan::signal_request(message->text)
                            : base::Error{base::ErrorCode::kUnavailable, "the caller is gone"};
    if (signal) {
        send_signal(pid, *signal);
        // One that is stopped would not hear of it. Source: SIGTERM in systemd.kill(5).
        if (*signal == SIGTERM || *signal == SIGHUP) send_signal(pid, SIGCONT);
        return;
    }
    socket_.reset();
    hang_up(pid);
}

void Caller::heed_signals(pid_t pid) {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        // With a caller, these are the service manager's, who wants an end.
        if (controlled_)
            hang_up(pid);
        else
            send_signal(pid, static_cast<int>(info.ssi_signo));
    }
}

Result<EnterEvent> Caller::wait(pid_t pid, int pidfd, const CommandCgroup& cgroup) {
    for (;;) {
        // Of a negative descriptor poll(2) reports nothing.
        pollfd events[] = {
            {pidfd, POLLIN, 0}, {signals_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
        const int ready = ::poll(events, std::size(events), hung_up_ ? kPatienceMsec : -1);
        if (ready < 0 && errno != EINTR) return errno_error("waiting for the command", errno);
        if (ready == 0) cgroup.kill();
        if (ready <= 0) continue;
        if (events[0].revents != 0) return reap(pid);
        if (events[1].revents != 0) heed_signals(pid);
        if (events[2].revents != 0) heed_socket(pid);
    }
}

}  // namespace podd::stage1
