// SPDX-License-Identifier: LGPL-2.1-or-later
#include "health_check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket_message.h"
#include "child.h"
#include "plan/enter.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMaxOutput = 4096;

// What runs the check, and the ends that are this process's.
struct Running {
    pid_t pid = -1;
    UniqueFd socket;
    UniqueFd output;
    Clock::time_point end;
};

[[noreturn]] void become_enter(int socket, const std::string& pod, const std::string& app,
                               const std::vector<std::string>& argv) {
    const std::string path = fmt::format("{}/enter", PODD_STAGE1_DIR);
    std::vector<const char*> words{path.c_str(), "--control", pod.c_str(), app.c_str(), "--"};
    for (const auto& word : argv)
        words.push_back(word.c_str());
    words.push_back(nullptr);
    const char* envp[] = {nullptr};
    if (::dup2(socket, STDIN_FILENO) < 0) ::_exit(1);
    (void)::execve(path.c_str(), const_cast<char* const*>(words.data()),
                   const_cast<char* const*>(envp));
    ::_exit(127);
}

// What it reads is empty; what it writes comes here.
Result<> send_request(int socket, int output) {
    const auto nothing = TRY(base::open_path("/dev/null", O_RDONLY));
    return base::send_message(socket, plan::to_text(plan::EnterRequest{}),
                              {nothing.get(), output, output});
}

Result<Running> start(const std::string& pod, const std::string& app,
                      const std::vector<std::string>& argv, std::uint64_t timeout_usec) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_error("making a pipe", errno);
    UniqueFd read_end{ends[0]};
    const UniqueFd write_end{ends[1]};
    if (::fcntl(read_end.get(), F_SETFL, O_NONBLOCK) < 0)
        return errno_error("setting up a pipe", errno);
    auto [mine, its] = TRY(socket_pair());
    TRY(send_request(mine.get(), write_end.get()));
    const pid_t pid = fork_process(Parent::kSelf, nullptr);
    if (pid < 0) return errno_error("forking", errno);
    if (pid == 0) become_enter(its.get(), pod, app, argv);
    return Running{pid, std::move(mine), std::move(read_end),
                   Clock::now() + std::chrono::microseconds{timeout_usec}};
}

// Reads all that is there; more than is wanted is read and dropped, so that nobody waits for it.
void drain(Running& running, std::string& output) {
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t n = ::read(running.output.get(), block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) running.output.reset();
        if (n <= 0) return;
        const auto room = kMaxOutput - std::min(kMaxOutput, output.size());
        output.append(block.data(), std::min(room, static_cast<std::size_t>(n)));
    }
}

std::string reason_of(const plan::EnterEvent& event) {
    switch (event.kind) {
        case plan::EnterEvent::Kind::kKilled:
            return fmt::format("killed by signal {}", event.value);
        case plan::EnterEvent::Kind::kFailed: return event.message;
        default: return fmt::format("exit status {}", event.value);
    }
}

// Nothing as long as it runs. What says nothing sensible any more has ended.
std::optional<std::string> hear(int socket) {
    const auto message = base::receive_message(socket, plan::kMaxEnterMessage, 1);
    if (!message || message->text.empty()) return "what ran it has ended without a word";
    const auto event = plan::enter_event(message->text);
    if (!event) return event.error().message();
    if (event->kind == plan::EnterEvent::Kind::kStarted) return std::nullopt;
    const bool passed = event->kind == plan::EnterEvent::Kind::kExited && event->value == 0;
    return passed ? std::string{} : reason_of(*event);
}

int msec_left(const Running& running) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(running.end - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

// Why it failed; empty where it passed.
Result<std::string> watch(Running& running, std::uint64_t timeout_usec, std::string& output) {
    for (;;) {
        const int left = msec_left(running);
        if (left == 0) return fmt::format("timed out after {}ms", timeout_usec / 1000);
        pollfd events[] = {{running.socket.get(), POLLIN, 0}, {running.output.get(), POLLIN, 0}};
        if (::poll(events, std::size(events), left) < 0 && errno != EINTR)
            return errno_error("waiting for the check", errno);
        if (events[1].revents != 0) drain(running, output);
        if (events[0].revents == 0) continue;
        if (auto reason = hear(running.socket.get())) return std::move(*reason);
    }
}

// A caller that is gone is what tells `enter` to end the command and all that it has started.
void end(Running& running, std::string& output) {
    running.socket.reset();
    while (::waitpid(running.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (running.output) drain(running, output);
}

}  // namespace

Result<CheckOutcome> run_check(const std::string& pod, const std::string& app,
                               const std::vector<std::string>& argv, std::uint64_t timeout_usec) {
    auto running = TRY(start(pod, app, argv, timeout_usec));
    CheckOutcome outcome;
    auto reason = watch(running, timeout_usec, outcome.output);
    end(running, outcome.output);
    outcome.reason = TRY(std::move(reason));
    outcome.passed = outcome.reason.empty();
    return outcome;
}

}  // namespace podd::stage1
