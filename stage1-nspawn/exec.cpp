// SPDX-License-Identifier: LGPL-2.1-or-later
// exec POD APP: starts an app in a running sandbox. The process that becomes the app is born as a
// child of systemd and is the unit's main process; this one ends as soon as systemd knows.
// exec --done POD APP: ExecStartPost= of an init app, which has ended well. Its unit has a
// condition on the file that this leaves, so that it is not run again when another app is
// restarted.
// exec --post-stop POD APP: ExecStopPost= of an app; runs its handler, if it has one.
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app_process.h"
#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "bus_program.h"
#include "join.h"
#include "launch.h"
#include "listen_fds.h"
#include "plan/health.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kEndMsec = 1000;
constexpr int kLeaderEndMsec = 1000;

// Whether systemd hears of the app's process before that is ready. Then nothing is left to do for
// an app that is alone but to be ready. Among many, what costs is each change of a unit: two
// signals, which the bus and machined read as well.
bool is_told_early(const AppSpec& spec) {
    return spec.pod.apps.size() == 1;
}

std::string main_pid_is(pid_t pid) {
    return fmt::format("MAINPID={}", pid);
}

// What systemd is still to be told. The process is the main one when what is returned was read.
Result<base::SentNotification> tell_rest(const AppSpec& spec, pid_t pid) {
    // An app that says itself when it is ready has a helper that passes that on.
    const auto* ready = spec.app.notify ? "" : "READY=1";
    if (!is_told_early(spec)) TRY(base::notify(fmt::format("{}\n{}", main_pid_is(pid), ready)));
    return spec.app.notify || !is_told_early(spec) ? base::send_marker()
                                                   : base::SentNotification::send(ready);
}

// Systemd takes a process for the main one only while it lives, and may look for its end before it
// reads what was sent first; so the app has to wait until it has been made that.
Result<> hand_over(const AppSpec& spec, const Launch& launch) {
    const auto last = TRY(tell_rest(spec, launch.process.pid));
    TRY(last.await_read(kManagerMsec));
    return signal_peer(launch.socket.get());
}

// The unit's exit status becomes this process's again, which still has to say what went wrong.
Result<> take_back(const AppSpec& spec, const Started& started, UniqueFd socket) {
    if (is_told_early(spec)) {
        TRY(base::notify(main_pid_is(::getpid())));
        TRY(base::notify_barrier(kManagerMsec));
    }
    socket.reset();  // lets the app's process end
    // Else systemd would find it still there and say that it has to kill it.
    pollfd end{started.pidfd.get(), POLLIN, 0};
    (void)::poll(&end, 1, kEndMsec);
    return {};
}

Result<AppSpec> read_spec(int directory, const plan::PodPlan& pod, const plan::AppPlan& app,
                          int leader) {
    AppSpec spec{pod, app, leader, {}, count_listen_fds()};
    spec.listen_names = listen_fd_names(app, spec.listen_fds);
    if (app.seccomp) spec.seccomp = TRY(SeccompProgram::read(directory, app.name));
    return spec;
}

Result<> tell_main_pid(const AppSpec& spec, pid_t pid) {
    return is_told_early(spec) ? base::notify(main_pid_is(pid)) : Result<>{};
}

// What the app's process could not do ends with that step's own status.
Result<Readiness> start_app(const AppSpec& spec, const Place& place,
                            std::optional<BusProgram>& health) {
    auto launched = TRY(launch(spec, place, Parent::kMine, tell_main_pid));
    if (launched.readiness.status != 0) {
        TRY(take_back(spec, launched.process, std::move(launched.socket)));
        return std::move(launched.readiness);
    }
    TRY(start_helper(spec, place, launched));
    if (health) TRY_CONTEXT(health->finish(), "setting up its health check");
    TRY(hand_over(spec, launched));
    return std::move(launched.readiness);
}

// What there is to know of an app before anything is started.
struct Plans {
    UniqueFd directory;
    plan::PodPlan pod;
    plan::AppPlan app;
    UniqueFd leader;
};

Result<Plans> read_plans(const Subject& subject) {
    auto directory =
        TRY_CONTEXT(plan::open_pod_directory(subject.pod), "its sandbox is not running");
    auto pod = TRY(plan::read_pod_plan(directory.get()));
    auto app = TRY(plan::read_app_plan(directory.get(), subject.app));
    auto leader = TRY(open_leader(TRY(plan::read_sandbox_record(directory.get()))));
    return Plans{std::move(directory), std::move(pod), std::move(app), std::move(leader)};
}

Result<Readiness> exec(const Subject& subject) {
    const auto plans = TRY(read_plans(subject));
    const auto spec =
        TRY(read_spec(plans.directory.get(), plans.pod, plans.app, plans.leader.get()));
    const auto place = TRY(Place::open(plans.app, plans.leader.get()));
    if (!plans.app.pre_start.empty()) {
        auto end = TRY(run_handler(spec, place, plans.app.pre_start, "pre-start handler"));
        if (end.status != 0) return end;
    }
    // It speaks to the bus while the app is being made.
    std::optional<BusProgram> health;
    if (plan::has_health_plan(plans.directory.get(), subject.app))
        health = TRY(start_health(subject.pod, subject.app));
    return start_app(spec, place, health);
}

Readiness not_run(const Subject& subject, std::string_view why) {
    base::log_line(base::LogLevel::kWarning,
                   fmt::format("app \"{}\" of pod \"{}\": its post-stop handler was not run: {}",
                               subject.app, subject.pod, why));
    return Readiness{};
}

// A process that ends loses its namespaces a moment before anybody can see that it has ended.
bool is_ending(const UniqueFd& leader) {
    pollfd end{leader.get(), POLLIN, 0};
    return ::poll(&end, 1, kLeaderEndMsec) > 0;
}

Result<Readiness> run_post_stop(const Plans& plans) {
    const auto spec =
        TRY(read_spec(plans.directory.get(), plans.pod, plans.app, plans.leader.get()));
    const auto place = TRY(Place::open(plans.app, plans.leader.get()));
    return run_handler(spec, place, plans.app.post_stop, "post-stop handler");
}

// Where the whole sandbox has gone, goes meanwhile, or never was, there is nothing left to run it
// in.
Result<Readiness> post_stop(const Subject& subject) {
    const auto directory = plan::open_pod_directory(subject.pod);
    const auto app = directory ? plan::read_app_plan(directory->get(), subject.app)
                               : Result<plan::AppPlan>{Error{directory.error()}};
    if (!app || app->post_stop.empty()) return Readiness{};
    const auto plans = read_plans(subject);
    if (!plans && plans.error().code() == ErrorCode::kNotFound)
        return not_run(subject, plans.error().message());
    if (!plans) return Error{plans.error()};
    auto ended = run_post_stop(*plans);
    if ((!ended || ended->status != 0) && is_ending(plans->leader))
        return not_run(subject, "its sandbox is not running any more");
    return ended;
}

Result<Readiness> note_done(const Subject& subject) {
    const auto directory = TRY(plan::open_pod_directory(subject.pod));
    TRY(base::write_file(directory.get(), plan::done_file(subject.app), {}, 0600));
    return Readiness{};
}

// How it went, and what is said of it.
int report(const Subject& subject, bool starting, const Result<Readiness>& done) {
    if (done && done->status == 0) return EXIT_SUCCESS;
    const auto& error = done ? done->error : done.error().message();
    if (starting)
        report_failed_start(subject, error);
    else
        report_failure(
            fmt::format("app \"{}\" of pod \"{}\": {}", subject.app, subject.pod, error));
    return done ? done->status : static_cast<int>(ExitStatus::kNamespace);
}

int work(std::string_view option, const Subject& subject) {
    if (option == "--done") return report(subject, true, note_done(subject));
    if (option == "--post-stop") return report(subject, false, post_stop(subject));
    return report(subject, true, exec(subject));
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    const std::string_view option = argc == 4 ? argv[1] : "";
    if ((argc != 3 && argc != 4) || (argc == 4 && option != "--done" && option != "--post-stop")) {
        stage1::report_failure("usage: exec [--done|--post-stop] POD APP");
        return EXIT_FAILURE;
    }
    const stage1::Subject subject{argv[argc - 2], argv[argc - 1]};
    (void)::prctl(PR_SET_DUMPABLE, 0);
    // Helpers of the app are none of its sockets' business.
    (void)::syscall(SYS_close_range, stage1::kFirstListenFd, ~0U, CLOSE_RANGE_CLOEXEC);
    return stage1::work(option, subject);
}
