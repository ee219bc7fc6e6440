// SPDX-License-Identifier: LGPL-2.1-or-later
// exec POD APP: starts an app in a running sandbox. The process that becomes the app is born as a
// child of systemd and is the unit's main process; this one ends as soon as systemd knows.
// exec --done POD APP: ExecStartPost= of an init app, which has ended well. Its unit has a
// condition on the file that this leaves, so that it is not run again when another app is
// restarted.
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app_process.h"
#include "base/file.h"
#include "base/notify.h"
#include "child.h"
#include "join.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kHelper = PODD_STAGE1_DIR "/drain";
constexpr int kManagerMsec = 30'000;
constexpr int kEndMsec = 1000;

int count_listen_fds() {
    const char* pid = std::getenv("LISTEN_PID");    // NOLINT(concurrency-mt-unsafe): one thread
    const char* count = std::getenv("LISTEN_FDS");  // NOLINT(concurrency-mt-unsafe)
    int value = 0;
    if (pid == nullptr || count == nullptr || fmt::format("{}", ::getpid()) != pid) return 0;
    const auto [end, error] = std::from_chars(count, count + std::strlen(count), value);
    return error == std::errc{} && *end == '\0' && value > 0 ? value : 0;
}

// Becomes the helper in a child: descriptors 3 and up in the order of Endpoints, the app's pidfd
// last.
[[noreturn]] void become_helper(const plan::AppPlan& app, const UniqueFd& program,
                                const Endpoints& endpoints, int pidfd) {
    constexpr int kFirst = 3;
    constexpr int kAbove = 64;  // out of the way of the numbers that are handed out
    std::vector<int> fds;
    fds.reserve(endpoints.fds.size() + 1);
    for (const auto& fd : endpoints.fds)
        fds.push_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAbove));
    fds.push_back(::fcntl(pidfd, F_DUPFD_CLOEXEC, kAbove));
    const int helper = ::fcntl(program.get(), F_DUPFD_CLOEXEC, kAbove);
    int number = kFirst;
    for (const int fd : fds)
        if (::dup2(fd, number++) < 0) ::_exit(EXIT_FAILURE);
    const char* argv[] = {"podd-drain", app.stdio_links ? "stdio" : "-",
                          app.notify ? "notify" : "-", nullptr};
    (void)::syscall(SYS_execveat, helper, "", argv, environ, AT_EMPTY_PATH);
    ::_exit(EXIT_FAILURE);
}

// An app would hang on its full FIFOs without it, so a helper that is not there is found before.
Result<UniqueFd> open_helper(const plan::AppPlan& app) {
    if (!wants_helper(app)) return UniqueFd{};
    return base::open_path(kHelper, O_PATH);
}

Result<> start_helper(const plan::AppPlan& app, const UniqueFd& program, const Endpoints& endpoints,
                      int pidfd) {
    // The caller's children are born in the pod's pid namespace by now; a sibling would be as well.
    const pid_t pid = fork_process(Parent::kSelf, nullptr);
    if (pid < 0) return errno_error("starting the app's helper", errno);
    if (pid == 0) become_helper(app, program, endpoints, pidfd);
    return {};
}

struct Started {
    pid_t pid = -1;
    UniqueFd pidfd;
};

Result<Started> start_process(const AppSpec& spec, int mine, int its) {
    Started started;
    int pidfd = -1;
    started.pid = fork_process(Parent::kMine, &pidfd);
    if (started.pid < 0) return errno_error("making the app's process", errno);
    if (started.pid == 0) {
        (void)::close(mine);
        become_app(spec, its);
    }
    started.pidfd.reset(pidfd);
    return started;
}

// Systemd takes a process for the main one only while it lives, and may look for its end before it
// reads what was sent first; so the app has to wait until all has been read.
Result<> hand_over(const AppSpec& spec, int socket) {
    const auto last =
        TRY(spec.app.notify ? base::send_marker() : base::SentNotification::send("READY=1"));
    TRY(last.await_read(kManagerMsec));
    return signal_peer(socket);
}

// The unit's exit status becomes this process's again, which still has to say what went wrong.
Result<> take_back(const Started& started, UniqueFd socket) {
    TRY(base::notify(fmt::format("MAINPID={}", ::getpid())));
    TRY(base::notify_barrier(kManagerMsec));
    socket.reset();  // lets the app's process end
    // Else systemd would find it still there and say that it has to kill it.
    pollfd end{started.pidfd.get(), POLLIN, 0};
    (void)::poll(&end, 1, kEndMsec);
    return {};
}

Result<AppSpec> read_spec(int directory, const plan::PodPlan& pod, const plan::AppPlan& app,
                          int leader) {
    AppSpec spec{pod, app, leader, {}, count_listen_fds()};
    if (app.seccomp) spec.seccomp = TRY(SeccompProgram::read(directory, app.name));
    return spec;
}

// What the app's process could not do ends with that step's own status.
Result<Readiness> exec(const std::string& pod_name, const std::string& app_name) {
    const auto directory =
        TRY_CONTEXT(plan::open_pod_directory(pod_name), "its sandbox is not running");
    const auto pod = TRY(plan::read_pod_plan(directory.get()));
    const auto app = TRY(plan::read_app_plan(directory.get(), app_name));
    const auto leader = TRY(open_leader(TRY(plan::read_sandbox_record(directory.get()))));
    const auto spec = TRY(read_spec(directory.get(), pod, app, leader.get()));
    const auto helper = TRY(open_helper(app));
    auto [mine, its] = TRY(socket_pair());
    const UniqueFd own_pids{::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)};
    TRY(join_pid_namespace(leader.get()));
    const auto started = TRY(start_process(spec, mine.get(), its.get()));
    its.reset();
    // At once, so that systemd has read it when the app is ready.
    TRY(base::notify(fmt::format("MAINPID={}", started.pid)));
    auto readiness = TRY(receive_readiness(mine.get()));
    if (readiness.status != 0) {
        TRY(take_back(started, std::move(mine)));
        return readiness;
    }
    if (wants_helper(app)) {
        auto fds = TRY(receive_fds(mine.get(), Endpoints::count(app)));
        const Endpoints endpoints{std::move(fds)};
        TRY(join_pid_namespace(own_pids.get()));
        TRY(start_helper(app, helper, endpoints, started.pidfd.get()));
    }
    TRY(hand_over(spec, mine.get()));
    return readiness;
}

Result<> note_done(const std::string& pod, const std::string& app) {
    const auto directory = TRY(plan::open_pod_directory(pod));
    return base::write_file(directory.get(), plan::done_file(app), {}, 0600);
}

int report(const Subject& subject, const Result<Readiness>& done) {
    if (done && done->status == 0) return EXIT_SUCCESS;
    report_failed_start(subject, done ? done->error : done.error().message());
    return done ? done->status : static_cast<int>(ExitStatus::kNamespace);
}

int report(const Subject& subject, const Result<>& done) {
    if (done) return EXIT_SUCCESS;
    report_failed_start(subject, done.error().message());
    return EXIT_FAILURE;
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    const bool is_done = argc == 4 && std::string_view{argv[1]} == "--done";
    if (argc != 3 && !is_done) {
        stage1::report_failure("usage: exec [--done] POD APP");
        return EXIT_FAILURE;
    }
    const stage1::Subject subject{argv[argc - 2], argv[argc - 1]};
    if (is_done) return stage1::report(subject, stage1::note_done(subject.pod, subject.app));
    (void)::prctl(PR_SET_DUMPABLE, 0);
    return stage1::report(subject, stage1::exec(subject.pod, subject.app));
}
