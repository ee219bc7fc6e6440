// SPDX-License-Identifier: LGPL-2.1-or-later
// Handlers of an app's events: what runs before its start and after its end.
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kHelperMsec = 1000;

// From here on signals wait to be passed on; the handler's process clears its own mask.
Result<UniqueFd> hold_signals() {
    sigset_t all;
    (void)::sigfillset(&all);
    (void)::sigdelset(&all, SIGCHLD);
    (void)::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    UniqueFd fd{::signalfd(-1, &all, SFD_CLOEXEC)};
    if (!fd) return errno_error("waiting for signals", errno);
    return fd;
}

void release_signals() {
    sigset_t none;
    (void)::sigemptyset(&none);
    (void)::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

// The last signal that was passed on, or 0.
int pass_signals_until_end(const Started& process, const UniqueFd& signals) {
    int last = 0;
    pollfd waits[] = {{process.pidfd.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    for (;;) {
        if (::poll(waits, std::size(waits), -1) < 0 && errno != EINTR) return last;
        if (waits[0].revents != 0) return last;
        signalfd_siginfo info{};
        if (waits[1].revents == 0 || ::read(signals.get(), &info, sizeof info) != sizeof info)
            continue;
        const auto signal = static_cast<int>(info.ssi_signo);
        if (signal != SIGCONT) last = signal;
        (void)::syscall(SYS_pidfd_send_signal, process.pidfd.get(), signal, nullptr, 0U);
    }
}

// What a shell would say of its end.
int status_of(const Started& process) {
    int status = 0;
    if (::waitpid(process.pid, &status, 0) < 0) return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// It still has the last lines; whatever is there when the caller ends is killed.
void await_helper(const Started& helper) {
    if (helper.pid < 0) return;
    pollfd end{helper.pidfd.get(), POLLIN, 0};
    (void)::poll(&end, 1, kHelperMsec);
}

Result<> nothing(const AppSpec& /*spec*/, pid_t /*pid*/) {
    return {};
}

Result<Readiness> run(const AppSpec& spec, const Place& place, std::string_view what,
                      const UniqueFd& signals) {
    auto launched = TRY(launch(spec, place, Parent::kSelf, nothing));
    if (launched.readiness.status != 0) {
        launched.readiness.error = fmt::format("{}: {}", what, launched.readiness.error);
        return std::move(launched.readiness);
    }
    const auto helper = TRY(start_helper(spec, place, launched));
    TRY(signal_peer(launched.socket.get()));
    const int signal = pass_signals_until_end(launched.process, signals);
    Readiness end{status_of(launched.process), {}};
    await_helper(helper);
    if (end.status == 0 && signal != 0) end.status = 128 + signal;
    if (end.status != 0)
        end.error =
            fmt::format("{} \"{}\" ended with status {}", what, spec.app.argv.front(), end.status);
    return end;
}

}  // namespace

Result<Readiness> run_handler(const AppSpec& spec, const Place& place,
                              const std::vector<std::string>& argv, std::string_view what) {
    auto app = spec.app;
    app.argv = argv;
    app.notify = false;  // only the app says how it is
    const AppSpec handler{spec.pod, app, spec.leader, spec.seccomp, 0};
    const auto signals = TRY(hold_signals());
    auto end = run(handler, place, what, signals);
    release_signals();
    return end;
}

}  // namespace podd::stage1
