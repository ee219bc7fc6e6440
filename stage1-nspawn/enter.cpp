// SPDX-License-Identifier: LGPL-2.1-or-later
// enter [OPTION…] POD APP [-- CMD…]: runs a command in an app that runs, under the
// confinement of the app, as part of its unit. This process stays outside of the pod until the
// command has ended. Whoever calls gives the standard streams; with --control, standard input is
// the socket that plan/enter.h describes, and the streams come over that. Without a command it is
// a shell of the image's. Options: --privileged, --user=USER[:GROUP],
// --setenv=NAME=VALUE (any number), --working-directory=PATH.
#include "plan/enter.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "app_process.h"
#include "base/file.h"
#include "base/socket_message.h"
#include "child.h"
#include "command.h"
#include "command_cgroup.h"
#include "command_plan.h"
#include "join.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"
#include "running_app.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;
using plan::EnterEvent;

namespace {

constexpr int kRequestMsec = 5000;
constexpr int kFirstFd = 3;
constexpr const char* kStreamNames[] = {"standard input", "standard output", "standard error"};

struct Order {
    CommandOptions options;
    bool control = false;
    std::string pod;
    std::string app;
};

bool parse_option(Order& order, std::string_view word) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (equals == std::string_view::npos) {
        if (name != "--privileged" && name != "--control") return false;
        (name == "--control" ? order.control : order.options.privileged) = true;
        return true;
    }
    const std::string value{word.substr(equals + 1)};
    if (name == "--user") {
        order.options.user = value;
    } else if (name == "--working-directory") {
        order.options.working_directory = value;
    } else {
        const auto end = std::min(value.find('='), value.size());
        if (name != "--setenv" || end == 0 || end == value.size()) return false;
        order.options.environment.emplace_back(value.substr(0, end), value.substr(end + 1));
    }
    return true;
}

std::optional<Order> parse(int argc, char** argv) {
    Order order;
    int at = 1;
    for (; at < argc && std::string_view{argv[at]}.starts_with("--"); ++at)
        if (!parse_option(order, argv[at])) return std::nullopt;
    if (argc - at < 2) return std::nullopt;
    order.pod = argv[at];
    order.app = argv[at + 1];
    at += 2;
    if (at < argc && std::string_view{argv[at]} != "--") return std::nullopt;
    if (at < argc) order.options.command.assign(argv + at + 1, argv + argc);
    return order;
}

// What was said, and the streams that came with it.
struct Request {
    plan::EnterRequest what;
    std::vector<UniqueFd> streams;
};

Result<Request> receive_request(int socket) {
    pollfd ready{socket, POLLIN, 0};
    if (::poll(&ready, 1, kRequestMsec) != 1)
        return Error{ErrorCode::kUnavailable, "the caller said nothing"};
    auto message = TRY(base::receive_message(socket, plan::kMaxEnterMessage, plan::kMaxEnterFds));
    const auto what = TRY(plan::enter_request(message.text));
    Request request{what, std::move(message.fds)};
    if (request.streams.size() != (request.what.terminal ? 0 : plan::kMaxEnterFds))
        return Error{ErrorCode::kInvalidArgument, "the caller gave another number of streams"};
    return request;
}

Result<Request> own_streams() {
    Request request;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        request.streams.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFd));
    return request;
}

// Out of the way of the standard streams, and nothing that a child would keep.
Result<UniqueFd> take_socket() {
    UniqueFd socket{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, kFirstFd)};
    const auto nothing = TRY(base::open_path("/dev/null", O_RDWR));
    if (!socket || ::dup2(nothing.get(), STDIN_FILENO) < 0)
        return errno_error("taking the caller's socket", errno);
    return socket;
}

// In the file system as the app sees it; the pod's PID 1 is ours, and never changes its root. Links
// stay beneath.
Result<UniqueFd> open_root(const plan::PodPlan& pod, const Order& order, pid_t leader) {
    auto root = TRY(base::open_path(fmt::format("/proc/{}/root", leader), O_PATH | O_DIRECTORY));
    if (pod.apps.size() == 1) return root;
    return base::open_at(root.get(), order.app, O_PATH | O_DIRECTORY, 0,
                         base::Resolve::kNoSymlinks);
}

Result<Entry> make_entry(const Order& order, const Request& request, const RunningApp& running) {
    // What the app has set itself is no obstacle to whoever asks for all privileges.
    const auto limits = TRY(limits_of(order.options.privileged ? ::getpid() : running.pid));
    const auto mask = TRY(umask_of(running.pid));
    Entry entry{
        running.main_process.get(), {-1, -1, -1}, request.what.terminal, limits, mask, true};
    for (std::size_t i = 0; i < request.streams.size(); ++i) {
        TRY(check_stream(request.streams[i].get(), kStreamNames[i]));
        entry.streams[i] = request.streams[i].get();
    }
    return entry;
}

struct Started {
    pid_t pid = -1;
    UniqueFd pidfd;
};

// The image's links may lead to /proc/self/fd: nothing may be there behind which the host begins,
// not even while the program is looked for.
Result<Started> start_process(const AppSpec& spec, int mine, int its, CommandCgroup& cgroup) {
    int pidfd = -1;
    const pid_t pid = fork_process(Parent::kSelf, &pidfd, Users::kSame, cgroup.fd());
    if (pid < 0) return errno_error("making the command's process", errno);
    if (pid == 0) {
        (void)::close(mine);
        cgroup.forget();
        become_app(spec, its);
    }
    return Started{pid, UniqueFd{pidfd}};
}

// What keeps the command from running is an event as well.
Result<EnterEvent> run_command(const AppSpec& spec, Caller& caller, CommandCgroup& cgroup) {
    auto [mine, its] = TRY(socket_pair());
    TRY(join_pid_namespace(spec.app.private_pids ? spec.entry->main_process : spec.leader));
    const auto started = TRY(start_process(spec, mine.get(), its.get(), cgroup));
    its.reset();
    caller.await(mine.get(), cgroup);
    auto readiness = TRY(receive_readiness(mine.get()));
    if (readiness.status != 0)
        return EnterEvent{EnterEvent::Kind::kFailed, readiness.status, std::move(readiness.error)};
    std::vector<UniqueFd> terminal;
    if (spec.entry->terminal) {
        caller.await(mine.get(), cgroup);
        terminal = TRY(receive_fds(mine.get(), 1));
    }
    caller.tell({EnterEvent::Kind::kStarted}, terminal.empty() ? -1 : terminal.front().get());
    terminal.clear();
    TRY(signal_peer(mine.get()));
    return caller.wait(started.pid, started.pidfd.get(), cgroup);
}

Result<UniqueFd> open_running(const std::string& pod) {
    auto directory = plan::open_pod_directory(pod);
    if (directory || directory.error().code() != ErrorCode::kNotFound) return directory;
    return Error{
        ErrorCode::kNotFound,
        fmt::format("its pod is not running\nhint: 'systemctl status pod-{}' says why", pod)};
}

Result<EnterEvent> enter(const Order& order, const Request& request, Caller& caller) {
    auto directory = TRY(open_running(order.pod));
    const auto pod = TRY(plan::read_pod_plan(directory.get()));
    auto own = TRY(plan::read_app_plan(directory.get(), order.app));
    const auto record = TRY(plan::read_sandbox_record(directory.get()));
    const auto leader = TRY(open_leader(record));
    const auto running = TRY(find_app(own, record.leader));
    auto entry = TRY(make_entry(order, request, running));
    std::optional<CommandUser> user;
    if (!order.options.user.empty()) {
        const auto root = TRY(open_root(pod, order, record.leader));
        user =
            TRY_CONTEXT(read_user(order.options.user, root.get()), "--user={}", order.options.user);
        entry.ambient = false;
    }
    const auto app = command_plan(std::move(own), order.options, user, request.what.terminal);
    AppSpec spec{pod, app, leader.get(), {}, 0, &entry};
    if (app.seccomp) spec.seccomp = TRY(SeccompProgram::read(directory.get(), app.name));
    directory.reset();
    auto cgroup = TRY(CommandCgroup::make(running.cgroup));
    TRY(caller.listen());
    auto event = run_command(spec, caller, cgroup);
    cgroup.end();  // before the caller hears that it is over
    return event;
}

// A failure of whatever kind as the event that it is for the caller.
EnterEvent entered(const Order& order, const Result<Request>& request, Caller& caller) {
    auto event = request ? enter(order, *request, caller) : Result<EnterEvent>{request.error()};
    if (event && event->kind != EnterEvent::Kind::kFailed) return std::move(*event);
    const int status = event ? event->value : plan::kCannotEnter;
    return {EnterEvent::Kind::kFailed, status,
            fmt::format("app \"{}\" of pod \"{}\": {}", order.app, order.pod,
                        event ? event->message : event.error().message())};
}

int exit_status(const EnterEvent& event) {
    return event.kind == EnterEvent::Kind::kKilled ? plan::kKilledBy + event.value : event.value;
}

int run(const Order& order) {
    UniqueFd socket;
    Result<Request> request = Request{};
    if (order.control) {
        auto taken = take_socket();
        if (taken) request = receive_request(taken->get());
        if (!taken)
            request = std::move(taken).error();
        else
            socket = std::move(*taken);
    } else {
        request = own_streams();
    }
    Caller caller{std::move(socket)};
    const auto event = entered(order, request, caller);
    caller.tell(event);
    if (event.kind == EnterEvent::Kind::kFailed && !order.control) report_failure(event.message);
    // Whatever became of the command: to tell it was what there was to do.
    return order.control ? EXIT_SUCCESS : exit_status(event);
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    (void)::prctl(PR_SET_DUMPABLE, 0);
    const auto order = stage1::parse(argc, argv);
    if (order) return stage1::run(*order);
    stage1::report_failure("usage: enter [OPTION...] POD APP [-- CMD...]");
    return plan::kCannotEnter;
}
