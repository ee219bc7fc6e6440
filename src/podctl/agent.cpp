// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/agent.h"

#include <csignal>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace podd::podctl {

namespace {
constexpr char kProgram[] = "/usr/bin/pkttyagent";
constexpr int kStartTimeoutMsec = 3000;
}  // namespace

void PolkitAgent::start() {
    if (::geteuid() == 0 || ::isatty(STDIN_FILENO) != 1 || ::access(kProgram, X_OK) != 0) return;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return;
    const base::UniqueFd ready{ends[0]};
    base::UniqueFd theirs{ends[1]};

    constexpr int kNotifyFd = 3;
    posix_spawn_file_actions_t actions;
    if (::posix_spawn_file_actions_init(&actions) != 0) return;
    // With the same number dup2 would leave O_CLOEXEC on; posix_spawn takes it off then, too.
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), kNotifyFd);
    std::string name = kProgram;
    std::string notify = fmt::format("--notify-fd={}", kNotifyFd);
    std::string fallback = "--fallback";
    char* argv[] = {name.data(), notify.data(), fallback.data(), nullptr};
    pid_t pid = -1;
    const int r = ::posix_spawn(&pid, kProgram, &actions, nullptr, argv, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (r != 0) return;
    pid_ = pid;
    theirs.reset();
    // It closes its end when it has registered.
    struct pollfd wait{};
    wait.fd = ready.get();
    wait.events = POLLIN;
    static_cast<void>(::poll(&wait, 1, kStartTimeoutMsec));
}

PolkitAgent::~PolkitAgent() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::kill(pid_, SIGCONT);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace podd::podctl
