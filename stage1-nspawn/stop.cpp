// SPDX-License-Identifier: LGPL-2.1-or-later
// stop POD APP: ExecStop= of an app. Ends it the way its image asks for: which signal and how much
// patience, a unit cannot know. Where the image has no wish it leaves all to the service manager.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxCgroup = 16384;

// Unset when the app has ended by itself. Source: $MAINPID in systemd.exec(5).
pid_t main_pid() {
    const char* text = std::getenv("MAINPID");  // NOLINT(concurrency-mt-unsafe): one thread
    pid_t pid = 0;
    if (text == nullptr || std::from_chars(text, text + std::strlen(text), pid).ec != std::errc{})
        return 0;
    return pid;
}

// The pid may belong to a stranger by now: only while the pidfd's process is there, its cgroup
// tells.
Result<UniqueFd> open_main(pid_t pid, const plan::AppPlan& app) {
    UniqueFd fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};
    if (!fd) return errno_error("holding its main process", errno);
    const auto cgroup = TRY(base::read_file(fmt::format("/proc/{}/cgroup", pid), kMaxCgroup));
    if (cgroup.find("/" + app.unit) == std::string::npos ||
        ::syscall(SYS_pidfd_send_signal, fd.get(), 0, nullptr, 0U) < 0)
        return Error{ErrorCode::kNotFound, "its main process has ended"};
    return fd;
}

Result<> send(const UniqueFd& process, int signal) {
    if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0U) < 0 && errno != ESRCH)
        return errno_error(fmt::format("sending signal {}", signal), errno);
    return {};
}

// The service manager ends this program with SIGTERM when its own patience is over.
Result<UniqueFd> await_term() {
    sigset_t term;
    (void)::sigemptyset(&term);
    (void)::sigaddset(&term, SIGTERM);
    (void)::pthread_sigmask(SIG_BLOCK, &term, nullptr);
    UniqueFd fd{::signalfd(-1, &term, SFD_CLOEXEC)};
    if (!fd) return errno_error("waiting for signals", errno);
    return fd;
}

int patience_msec(const plan::AppPlan& app) {
    // Without a wish the unit's own timeout counts, whatever it is.
    if (app.stop_timeout_usec == plan::kDefaultStopTimeoutUsec ||
        app.stop_timeout_usec == UINT64_MAX)
        return -1;
    return static_cast<int>(std::min<std::uint64_t>(app.stop_timeout_usec / 1000, INT_MAX));
}

Result<> end_process(const plan::AppPlan& app, const UniqueFd& process) {
    const auto term = TRY(await_term());
    TRY(send(process, app.stop_signal));
    TRY(send(process, SIGCONT));
    pollfd waits[] = {{process.get(), POLLIN, 0}, {term.get(), POLLIN, 0}};
    int ready = 0;
    do {
        ready = ::poll(waits, std::size(waits), patience_msec(app));
    } while (ready < 0 && errno == EINTR);
    if ((waits[0].revents & POLLIN) != 0) return {};
    base::log_line(base::LogLevel::kWarning,
                   fmt::format("app \"{}\" did not end in time after signal {}; killing it",
                               app.name, app.stop_signal));
    return send(process, SIGKILL);
}

bool has_wish(const plan::AppPlan& app) {
    return app.stop_signal != SIGTERM || app.stop_timeout_usec != plan::kDefaultStopTimeoutUsec;
}

Result<> stop(const std::string& pod, const std::string& name) {
    const pid_t pid = main_pid();
    if (pid <= 0) return {};
    const auto directory = TRY(plan::open_pod_directory(pod));
    const auto app = TRY(plan::read_app_plan(directory.get(), name));
    if (!has_wish(app)) return {};
    return end_process(app, TRY(open_main(pid, app)));
}

}  // namespace

}  // namespace podd::stage1

// Never fails: the service manager does its own to a main process that is still there.
int main(int argc, char** argv) {
    using namespace podd;
    if (argc != 3) {
        base::log_line(base::LogLevel::kError, "usage: stop POD APP");
        return EXIT_FAILURE;
    }
    const auto done = stage1::stop(argv[1], argv[2]);
    if (!done && done.error().code() != base::ErrorCode::kNotFound)
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("stopping app \"{}\" of pod \"{}\": {}", argv[2], argv[1],
                                   done.error().message()));
    return EXIT_SUCCESS;
}
