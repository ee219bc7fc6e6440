// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "join.h"
#include "own_pids.h"
#include "plan/plan.h"
#include "program.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kHelper = PODD_STAGE1_DIR "/drain";

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

Result<Started> start_process(const AppSpec& spec, Parent parent, int mine, int its) {
    Started started;
    int pidfd = -1;
    started.pid = fork_process(parent, &pidfd);
    if (started.pid < 0) return errno_error("making the app's process", errno);
    if (started.pid == 0) {
        (void)::close(mine);
        become_app(spec, its);
    }
    started.pidfd.reset(pidfd);
    return started;
}

// What cannot be done for the process is reported like what it cannot do: it is there already, and
// has to be ended.
Result<Readiness> let_reborn_go_on(const AppSpec& spec, int process, int socket) {
    if (auto done = place_proc_of(process, spec.pod.hide_processes); !done)
        return Readiness{static_cast<int>(ExitStatus::kNamespace), done.error().message()};
    TRY(signal_peer(socket));
    return receive_readiness(socket);
}

}  // namespace

Result<Place> Place::open(const plan::AppPlan& app, int leader) {
    UniqueFd helper;
    if (wants_helper(app)) helper = TRY(base::open_path(kHelper, O_PATH));
    auto own_pids = TRY(base::open_path("/proc/self/ns/pid", O_RDONLY));
    return Place{leader, std::move(own_pids), std::move(helper)};
}

Result<Launch> launch(const AppSpec& spec, const Place& place, Parent parent,
                      Result<> (*made)(const AppSpec& spec, pid_t pid)) {
    auto [mine, its] = TRY(socket_pair());
    TRY(join_pid_namespace(place.leader));
    auto process = TRY(start_process(spec, parent, mine.get(), its.get()));
    its.reset();
    if (!spec.app.private_pids) TRY(made(spec, process.pid));
    auto readiness = TRY(receive_readiness(mine.get()));
    if (readiness.reborn) {
        if (parent == Parent::kSelf) (void)::waitpid(process.pid, nullptr, 0);
        process.pid = TRY(pid_of(readiness.reborn.get()));
        process.pidfd = std::move(readiness.reborn);
        TRY(made(spec, process.pid));
        readiness = TRY(let_reborn_go_on(spec, process.pidfd.get(), mine.get()));
    }
    return Launch{std::move(process), std::move(readiness), std::move(mine)};
}

Result<Started> start_helper(const AppSpec& spec, const Place& place, const Launch& launch) {
    Started helper;
    if (!wants_helper(spec.app)) return helper;
    auto fds = TRY(receive_fds(launch.socket.get(), Endpoints::count(spec.app)));
    const Endpoints endpoints{std::move(fds)};
    // A child of the pod's pid namespace would be seen, and could be killed, from inside.
    TRY(join_pid_namespace(place.own_pids.get()));
    int pidfd = -1;
    helper.pid = fork_process(Parent::kSelf, &pidfd);
    if (helper.pid < 0) return errno_error("starting the app's helper", errno);
    if (helper.pid == 0)
        become_helper(spec.app, place.helper, endpoints, launch.process.pidfd.get());
    helper.pidfd.reset(pidfd);
    return helper;
}

}  // namespace podd::stage1
