// SPDX-License-Identifier: LGPL-2.1-or-later
#include "leader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <functional>

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "idmap.h"
#include "pod_mounts.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

Result<> become_pod_root() {
    if (::setgroups(0, nullptr) < 0 || ::setresgid(0, 0, 0) < 0 || ::setresuid(0, 0, 0) < 0)
        return errno_error("becoming the pod's root", errno);
    return {};
}

Result<> bring_loopback_up() {
    const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0)
        return errno_error("bringing up the pod's loopback interface", errno);
    return {};
}

Result<> unshare_namespaces(const plan::PodPlan& pod) {
    const bool own_network = !plan::is_shared(pod.network);
    if (::unshare(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (own_network ? CLONE_NEWNET : 0)) <
        0)
        return errno_error("making the pod's namespaces", errno);
    if (own_network) TRY(bring_loopback_up());
    if (::sethostname(pod.hostname.c_str(), pod.hostname.size()) < 0)
        return errno_error(fmt::format("setting host name \"{}\"", pod.hostname), errno);
    return {};
}

// Without this the leader would keep open what tells its starter that the maker has ended.
void close_all_but(std::array<int, 3> kept) {
    std::sort(kept.begin(), kept.end());
    int from = STDERR_FILENO + 1;
    for (const int fd : kept) {
        if (fd > from)
            (void)::syscall(SYS_close_range, static_cast<unsigned>(from),
                            static_cast<unsigned>(fd - 1), 0U);
        from = std::max(from, fd + 1);
    }
    (void)::syscall(SYS_close_range, static_cast<unsigned>(from), ~0U, 0U);
}

// What the leader runs: nothing but system calls, for whoever started the pod may be gone any
// moment.
[[noreturn]] void wait_and_become_init(int hold, int init_program, int lock_fd,
                                       const char* const* argv) {
    // A stop may come as soon as systemd knows this process. The kernel drops a signal to a PID 1
    // that has no handler for it, unless it is blocked: then init finds it. See pid_namespaces(7).
    sigset_t all;
    (void)::sigfillset(&all);
    (void)::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    close_all_but({hold, init_program, lock_fd});
    char byte = 0;
    ssize_t n = 0;
    do {
        n = ::read(hold, &byte, 1);
    } while (n < 0 && errno == EINTR);
    if (n != 1) ::_exit(1);  // the other end was closed: the start failed
    (void)::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    if (lock_fd >= 0) (void)::fcntl(lock_fd, F_SETFD, 0);
    const char* envp[] = {nullptr};
    (void)::syscall(SYS_execveat, init_program, "", argv, envp, AT_EMPTY_PATH);
    ::_exit(1);
}

// For each app that ends in a way of its own: unit, signal, seconds of patience (0 for ever).
std::vector<std::string> stop_rules(const LeaderSpec& spec) {
    constexpr std::uint64_t kSecond = 1'000'000;
    std::vector<std::string> words;
    for (const auto& app : spec.apps) {
        if (app.stop_signal == SIGTERM && app.stop_timeout_usec == plan::kDefaultStopTimeoutUsec)
            continue;
        const auto seconds = app.stop_timeout_usec / kSecond + 1;
        const bool forever = app.stop_timeout_usec == UINT64_MAX;
        words.push_back(app.unit);
        words.push_back(fmt::format("{}", app.stop_signal));
        words.push_back(fmt::format("{}", forever ? 0 : seconds));
    }
    return words;
}

Result<pid_t> bear_leader(const LeaderSpec& spec, int hold) {
    const auto proc =
        spec.apps.size() == 1 ? "/proc" : fmt::format("/{}/proc", spec.apps.front().name);
    const auto words = stop_rules(spec);
    std::vector<const char*> argv{"podd-init", spec.pod.name.c_str(), proc.c_str()};
    for (const auto& word : words)
        argv.push_back(word.c_str());
    argv.push_back(nullptr);
    const pid_t pid = fork_process(Parent::kMine, nullptr);
    if (pid < 0) return errno_error("making the pod's first process", errno);
    if (pid == 0) wait_and_become_init(hold, spec.init_program, spec.lock_fd, argv.data());
    return pid;
}

Result<> send_pid(int socket, pid_t pid) {
    if (::send(socket, &pid, sizeof pid, MSG_NOSIGNAL) < 0)
        return errno_error("reporting the pod's first process", errno);
    return {};
}

// In the pod's user namespace, as soon as `outer` has written its maps.
Result<> make_in_pod(const LeaderSpec& spec, int starter, int outer, int hold) {
    TRY(await_peer(outer));
    TRY(become_pod_root());
    TRY(unshare_namespaces(spec.pod));
    TRY(send_pid(starter, TRY(bear_leader(spec, hold))));
    auto mounts = TRY(make_pod_mounts(spec));
    TRY(receive_overlays(outer, spec, mounts));
    return send_pod_mounts(starter, mounts);
}

// Everything that needs the pod's user namespaces. Runs in a process of its own, born into the
// outer of two. That owns the overlays; it is the pod's with one more id, the host's root, so that
// machined can copy files into a pod; none of the pod's processes is ever in it.
Result<> make_pod(const LeaderSpec& spec, int starter, int hold) {
    (void)::prctl(PR_SET_DUMPABLE, 0);
    TRY(await_peer(starter));  // it has written the maps
    TRY(become_pod_root());
    auto [mine, its] = TRY(socket_pair());
    // A sibling, so that the pod's first process can be one as well.
    auto inner = TRY(Child::start(
        [&, outer = its.get()]() -> Result<> {
            mine.reset();
            return make_in_pod(spec, starter, outer, hold);
        },
        Parent::kMine, Users::kNew));
    its.reset();
    const auto serve = [&]() -> Result<> {
        // Only from here can these be written.
        const IdRange all{0, 0, plan::kIdCount};
        TRY(write_maps(spec.proc_fd, inner.pid(), {all, all, {}}));
        TRY(signal_peer(mine.get()));
        return send_overlays(mine.get(), TRY(make_overlays(spec)));
    };
    auto served = serve();
    mine.reset();
    auto made = inner.finish();
    // When one of the two ends early, all that the other can say is that it is gone.
    if (!made && (served || made.error().code() != ErrorCode::kUnavailable)) return made;
    return served;
}

// The maker is born into a network that is somebody else's: in the pod's user namespace, nobody has
// the right to join that.
Result<Child> start_maker(const LeaderSpec& spec, const std::function<Result<>()>& work) {
    if (spec.netns < 0) return Child::start(work, Parent::kMine, Users::kNew);
    const UniqueFd own{::openat(spec.proc_fd, "self/ns/net", O_RDONLY | O_CLOEXEC)};
    if (!own) return errno_error("opening the host's network", errno);
    if (::setns(spec.netns, CLONE_NEWNET) < 0)
        return errno_error("joining the network namespace", errno);
    auto maker = Child::start(work, Parent::kMine, Users::kNew);
    if (::setns(own.get(), CLONE_NEWNET) < 0)
        return errno_error("going back to the host's network", errno);
    return maker;
}

}  // namespace

Result<Leader> Leader::start(const LeaderSpec& spec) {
    auto [mine, its] = TRY(socket_pair());
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_error("making a pipe", errno);
    const UniqueFd read_end{ends[0]};
    UniqueFd write_end{ends[1]};
    auto maker = TRY(start_maker(spec, [&, socket = its.get()]() -> Result<> {
        // Held open here, the leader would never see that its starter is gone.
        mine.reset();
        write_end.reset();
        return make_pod(spec, socket, read_end.get());
    }));
    its.reset();
    Leader leader{std::move(maker), std::move(mine), std::move(write_end)};
    const IdRange range{0, spec.pod.uid_base, plan::kIdCount};
    TRY(write_maps(spec.proc_fd, leader.maker_.pid(), {range, range, plan::kIdCount}));
    TRY(signal_peer(leader.socket_.get()));
    if (auto met = leader.meet(); !met) {
        TRY(leader.maker_.finish());  // its own error says more
        return std::move(met).error();
    }
    return leader;
}

Result<> Leader::meet() {
    const ssize_t n = ::recv(socket_.get(), &pid_, sizeof pid_, 0);
    if (n != sizeof pid_)
        return Error{ErrorCode::kUnavailable, "the process that makes the pod ended early"};
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U)));
    if (!pidfd_) return errno_error("holding the pod's first process", errno);
    return {};
}

Result<PodMounts> Leader::take_mounts(const std::vector<plan::AppPlan>& apps) {
    auto mounts = receive_pod_mounts(socket_.get(), apps);
    if (!mounts) TRY(maker_.finish());  // its own error says more
    return mounts;
}

Result<> Leader::release() {
    TRY(maker_.finish());  // long since
    const char byte = 0;
    if (::write(hold_.get(), &byte, 1) != 1)
        return Error{ErrorCode::kUnavailable, "the pod's first process is gone"};
    hold_.reset();
    return {};
}

Leader::~Leader() {
    if (hold_ && pidfd_) (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0U);
}

}  // namespace podd::stage1
