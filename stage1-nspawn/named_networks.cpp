// SPDX-License-Identifier: LGPL-2.1-or-later
#include "named_networks.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket_message.h"
#include "child.h"
#include "plan/plan.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

Error gone() {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("\"{}\" did not run to its end", plan::kCniProgram)};
}

[[noreturn]] void become_program(const char* verb, const std::string& pod, int input) {
    if (input >= 0 && ::dup2(input, STDIN_FILENO) < 0) ::_exit(1);
    const char* argv[] = {"cni", verb, pod.c_str(), nullptr};
    const char* envp[] = {nullptr};
    (void)::execve(plan::kCniProgram, const_cast<char* const*>(argv),
                   const_cast<char* const*>(envp));
    ::_exit(1);
}

// As waitpid(2) tells it; that of a process which has failed where it cannot.
int await(pid_t pid) {
    constexpr int kFailed = 1 << 8;
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return kFailed;
    return status;
}

bool has_succeeded(pid_t pid) {
    return await(pid) == 0;
}

// Plugins that give back go on when who called them is killed.
void await_orphans() {
    constexpr int kTries = 3000;
    constexpr timespec kPause{0, 10'000'000};
    for (int i = 0; i < kTries && ::waitpid(-1, nullptr, WNOHANG) >= 0; ++i)
        (void)::nanosleep(&kPause, nullptr);
}

Result<UniqueFd> netns_of(int proc_fd, int pidfd) {
    const UniqueFd own{::openat(proc_fd, "self/ns/net", O_RDONLY | O_CLOEXEC)};
    if (!own) return errno_error("opening the host's network", errno);
    if (::setns(pidfd, CLONE_NEWNET) < 0) return errno_error("joining the pod's network", errno);
    UniqueFd netns{::openat(proc_fd, "self/ns/net", O_RDONLY | O_CLOEXEC)};
    const int failed = errno;
    if (::setns(own.get(), CLONE_NEWNET) < 0)
        return errno_error("going back to the host's network", errno);
    if (!netns) return errno_error("opening the pod's network", failed);
    return netns;
}

}  // namespace

Result<NamedNetworks> NamedNetworks::start(const std::string& pod) {
    auto [mine, its] = TRY(socket_pair());
    const pid_t pid = fork_process(Parent::kSelf, nullptr);
    if (pid < 0) return errno_error("forking", errno);
    if (pid == 0) become_program("add", pod, its.get());
    return NamedNetworks{pid, std::move(mine)};
}

NamedNetworks::~NamedNetworks() {
    if (!socket_) return;
    // Not killed: it takes back what it has done, as soon as it finds nobody there.
    socket_.reset();
    (void)has_succeeded(pid_);
}

Result<> NamedNetworks::ask(int proc_fd, int pidfd) {
    const auto netns = TRY(netns_of(proc_fd, pidfd));
    // It may have ended by now; finish() says why.
    (void)base::send_message(socket_.get(), "netns", {netns.get()});
    return {};
}

Result<network::CniReply> NamedNetworks::finish() {
    auto message = base::receive_message(socket_.get(), network::kMaxCniReply, 0);
    socket_.reset();
    const bool succeeded = has_succeeded(pid_);
    if (!message || message->text.empty() || !succeeded) return gone();
    auto reply = TRY(network::parse_cni_reply(message->text));
    if (!reply.error.empty()) return Error{ErrorCode::kConflict, std::move(reply.error)};
    return reply;
}

Result<> remove_named_networks(const std::string& pod) {
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int tries = 2; tries > 0; --tries) {
        const pid_t pid = fork_process(Parent::kSelf, nullptr);
        if (pid < 0) return errno_error("forking", errno);
        if (pid == 0) become_program("del", pod, -1);
        const int status = await(pid);
        if (status == 0) return {};
        if (!WIFSIGNALED(status)) break;
        await_orphans();
    }
    return Error{ErrorCode::kUnavailable,
                 "plugins of its networks have not given back everything; what they say is above, "
                 "and the pod's next start tries again"};
}

}  // namespace podd::stage1
