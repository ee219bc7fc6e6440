// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app_process.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "base/socket_message.h"
#include "child.h"
#include "credentials.h"
#include "endpoints.h"
#include "host_tree.h"
#include "listen_fds.h"
#include "mount_api.h"
#include "own_pids.h"
#include "program.h"
#include "program_file.h"
#include "streams.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxReadiness = 4096;
constexpr mode_t kUmask = 0022;

Result<> join_pod(const AppSpec& spec) {
    const int mounts = spec.pod.apps.size() == 1 ? CLONE_NEWNS : 0;
    if (::setns(spec.leader, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | mounts) < 0)
        return errno_error("joining the pod's namespaces", errno);
    // A command shall see the app's cgroup as its root, not the one beneath that it was born into.
    if (spec.entry != nullptr && ::setns(spec.entry->main_process, CLONE_NEWCGROUP) < 0)
        return errno_error("joining the app's cgroup namespace", errno);
    // Still of the host's user namespace: what is mounted in here the pod cannot take away.
    if (::unshare(mounts | (spec.entry == nullptr ? CLONE_NEWCGROUP : 0)) < 0)
        return errno_error("making a mount and a cgroup namespace", errno);
    return mounts == 0 ? take_tree(spec.leader, "/" + spec.app.name) : Result<>{};
}

// The app's own cgroup, by way of its cgroup namespace.
Result<> mount_cgroup() {
    const auto mount = TRY(
        new_mount("cgroup2", {},
                  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    const auto target = TRY(base::open_path("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_NOFOLLOW));
    return attach(mount.get(), target.get());
}

Result<> join_users(int leader) {
    if (::setns(leader, CLONE_NEWUSER) < 0)
        return errno_error("joining the pod's user namespace", errno);
    return {};
}

Result<> lock_mounts() {
    if (::setgroups(0, nullptr) < 0 || ::setresgid(0, 0, 0) < 0 || ::setresuid(0, 0, 0) < 0)
        return errno_error("becoming the pod's root", errno);
    // A copy made by another user namespace: every mount in it is locked. mount_namespaces(7).
    if (::unshare(CLONE_NEWNS) < 0) return errno_error("locking the mounts", errno);
    return {};
}

Result<> enter_working_directory(const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_MAGICLINKS;  // "/proc/self/fd/7" is no place to be
    const UniqueFd fd{
        static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how))};
    if (!fd || ::fchdir(fd.get()) < 0)
        return errno_error(fmt::format("working directory \"{}\"", path), errno);
    return {};
}

Result<> set_oom_score(int value) {
    const auto fd = TRY(base::open_path("/proc/self/oom_score_adj", O_WRONLY));
    TRY_CONTEXT(base::write_all(fd.get(), fmt::format("{}", value)),
                "setting the OOM score adjustment to {}", value);
    return {};
}

// $WATCHDOG_PID is the starter's, not the app's; without it the period counts for whoever reads it.
// Source: sd_watchdog_enabled(3).
void add_notify_variables(std::vector<std::string>& lines) {
    lines.push_back(fmt::format("NOTIFY_SOCKET={}", kNotifySocket));
    const char* period = std::getenv("WATCHDOG_USEC");  // NOLINT(concurrency-mt-unsafe): one thread
    if (period != nullptr) lines.push_back(fmt::format("WATCHDOG_USEC={}", period));
}

std::vector<std::string> environment(const AppSpec& spec, bool credentials) {
    std::vector<std::string> lines;
    // What systemd tells the app nobody else can say; of two values programs see the first.
    constexpr std::string_view kManager[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS",
                                             "LISTEN_PID", "LISTEN_FDNAMES"};
    for (const auto& [name, value] : spec.app.environment)
        if (std::find(std::begin(kManager), std::end(kManager), name) == std::end(kManager) &&
            (name != kCredentialsVariable || !credentials))
            lines.push_back(fmt::format("{}={}", name, value));
    if (spec.app.notify) add_notify_variables(lines);
    if (credentials)
        lines.push_back(fmt::format("{}={}", kCredentialsVariable, kCredentialsFolder));
    if (spec.listen_fds > 0) {
        lines.push_back(fmt::format("LISTEN_FDS={}", spec.listen_fds));
        lines.push_back(fmt::format("LISTEN_PID={}", ::getpid()));  // as the app knows itself
        lines.push_back(fmt::format("LISTEN_FDNAMES={}", spec.listen_names));
    }
    return lines;
}

std::vector<char*> pointers(const std::vector<std::string>& lines) {
    std::vector<char*> result;
    result.reserve(lines.size() + 1);
    for (const auto& line : lines)
        result.push_back(const_cast<char*>(line.c_str()));
    result.push_back(nullptr);
    return result;
}

// Everything up to the filter; `status` is what the process would exit with at the present step.
struct Prepared {
    std::string program;
    Endpoints endpoints;
    bool credentials = false;
};

Result<> give_up_rights(const AppSpec& spec, const ExecLabel& label, ExitStatus& status) {
    const auto& app = spec.app;
    status = app.selinux_label.empty() ? ExitStatus::kApparmor : ExitStatus::kSelinuxContext;
    TRY(label.apply());
    status = ExitStatus::kCapabilities;
    TRY(limit_capabilities(app.capabilities));
    status = ExitStatus::kNoNewPrivileges;
    if (app.no_new_privileges) TRY(forbid_new_privileges());
    status = ExitStatus::kUser;
    TRY(become_user(
        app, spec.entry == nullptr || spec.entry->ambient ? Ambient::kAsApp : Ambient::kNone));
    if (spec.entry != nullptr) TRY(end_with_parent());
    return {};
}

// Namespaces and the mount tree of the app. A command joins the app's own PID namespace, the app is
// reborn into it.
Result<> take_place(const AppSpec& spec, int socket, const Credentials& credentials,
                    ExecLabel& label, ExitStatus& status) {
    const bool joins_app = spec.entry != nullptr;
    status = ExitStatus::kNamespace;
    TRY(join_pod(spec));
    if (spec.app.private_pids && joins_app) TRY(place_proc(spec.pod.hide_processes));
    status = ExitStatus::kCgroup;
    TRY(mount_cgroup());
    status = ExitStatus::kCredentials;
    TRY(credentials.place(spec.pod, spec.app));
    status = ExitStatus::kNamespace;
    TRY(join_users(spec.leader));
    if (spec.app.private_pids && !joins_app) {
        TRY(be_reborn(socket));
        TRY(label.open_again());
    }
    return lock_mounts();
}

Result<Prepared> prepare(const AppSpec& spec, int socket, ExitStatus& status) {
    const auto& app = spec.app;
    status = ExitStatus::kKeyring;
    TRY(reset_process_state());
    status = ExitStatus::kStdout;
    TRY(spec.entry == nullptr ? open_standard_streams(app.name) : take_streams(*spec.entry));
    if (spec.entry != nullptr) TRY(take_limits(spec.entry->limits));
    status = ExitStatus::kOomAdjust;
    if (app.oom_score_adj) TRY(set_oom_score(*app.oom_score_adj));
    status = app.selinux_label.empty() ? ExitStatus::kApparmor : ExitStatus::kSelinuxContext;
    auto label = TRY(ExecLabel::open(app));
    status = ExitStatus::kCredentials;
    const auto credentials =
        TRY(spec.entry == nullptr ? Credentials::own() : Credentials::of_unit(app.unit));

    TRY(take_place(spec, socket, credentials, label, status));
    Prepared prepared;
    prepared.credentials = credentials.any();
    prepared.endpoints = TRY(make_endpoints(app));
    status = ExitStatus::kChdir;
    TRY(enter_working_directory(app.working_directory));
    status = ExitStatus::kExec;
    prepared.program = TRY(find_program(app));
    TRY(give_up_rights(spec, label, status));
    status = ExitStatus::kStdout;
    if (spec.entry != nullptr && spec.entry->terminal)
        prepared.endpoints.fds.push_back(TRY(take_terminal(*spec.entry->terminal)));
    return prepared;
}

// Of a command, its caller wants to hear what a shell would say.
int reported_status(const AppSpec& spec, ExitStatus status, const base::Error& error) {
    if (spec.entry == nullptr) return static_cast<int>(status);
    if (status != ExitStatus::kExec) return plan::kCannotEnter;
    return error.code() == base::ErrorCode::kNotFound ? plan::kNoSuchProgram : plan::kCannotExecute;
}

void send_readiness(int socket, int status, std::string_view error) {
    std::string message(sizeof status, '\0');
    std::memcpy(message.data(), &status, sizeof status);
    message += error.substr(0, kMaxReadiness - sizeof status);
    (void)::send(socket, message.data(), message.size(), MSG_NOSIGNAL);
}

// Standard error is the app's by now, or that of whoever asked for the command: neither takes the
// priority from the line.
[[noreturn]] void fail(int status, const base::Error& error) {
    const auto line = base::printable(error.message()) + "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(status);
}

[[noreturn]] void execute(const AppSpec& spec, const Prepared& prepared) {
    const auto& program = prepared.program;
    const auto lines = environment(spec, prepared.credentials);
    const auto argv = pointers(spec.app.argv);
    const auto envp = pointers(lines);
    // Not only at execve(2): that follows the image's links, which may lead to /proc/self/fd.
    (void)::syscall(SYS_close_range, static_cast<unsigned>(kFirstListenFd + spec.listen_fds), ~0U,
                    0U);
    keep_listen_fds(spec.listen_fds);
    if (spec.seccomp)
        if (const auto done = spec.seccomp->load(spec.app.refusals_logged); !done)
            fail(reported_status(spec, ExitStatus::kSeccomp, done.error()), done.error());
    (void)::execve(program.c_str(), argv.data(), envp.data());
    const auto error = errno_error(fmt::format("executing \"{}\"", program), errno);
    fail(reported_status(spec, ExitStatus::kExec, error), error);
}

}  // namespace

void become_app(const AppSpec& spec, int socket) {
    const mode_t unit_mask = ::umask(kUmask);
    auto status = ExitStatus::kNamespace;
    auto prepared = prepare(spec, socket, status);
    if (!prepared) {
        const int reported = reported_status(spec, status, prepared.error());
        send_readiness(socket, reported, prepared.error().message());
        (void)await_peer(socket);  // the other one speaks first
        ::_exit(static_cast<int>(status));
    }
    send_readiness(socket, 0, {});
    if (!prepared->endpoints.fds.empty()) {
        std::vector<int> fds;
        fds.reserve(prepared->endpoints.fds.size());
        for (const auto& fd : prepared->endpoints.fds)
            fds.push_back(fd.get());
        (void)send_fds(socket, fds);
        prepared->endpoints.fds.clear();
    }
    // The other end is gone: the start was given up.
    if (!await_peer(socket)) ::_exit(EXIT_FAILURE);
    // The unit of a command beside the app is not the app's.
    (void)::umask(spec.entry == nullptr ? unit_mask : spec.entry->umask);
    execute(spec, *prepared);
}

Result<Readiness> receive_readiness(int socket) {
    auto message = TRY(base::receive_message(socket, kMaxReadiness, 1));
    Readiness readiness;
    if (!message.fds.empty()) {
        readiness.reborn = std::move(message.fds.front());
        return readiness;
    }
    if (message.text.size() < sizeof readiness.status)
        return base::Error{base::ErrorCode::kUnavailable,
                           "the app's process died while it started"};
    std::memcpy(&readiness.status, message.text.data(), sizeof readiness.status);
    readiness.error = message.text.substr(sizeof readiness.status);
    return readiness;
}

}  // namespace podd::stage1
