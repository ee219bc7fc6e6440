// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "base/unique_fd.h"
#include "network/cni_result.h"

namespace podd::cni {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kNotExecuted = 127;

// A file: however much it is, nobody waits for the plugin to read it.
Result<UniqueFd> input_of(const std::string& request) {
    UniqueFd fd{::memfd_create("request", MFD_CLOEXEC)};
    if (!fd) return errno_error("making the plugin's input", errno);
    TRY(base::write_all(fd.get(), request));
    if (::lseek(fd.get(), 0, SEEK_SET) < 0) return errno_error("making the plugin's input", errno);
    return fd;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

[[noreturn]] void become_plugin(const PluginCall& call, char* const* environment, int input,
                                int output) {
    char* const argv[] = {const_cast<char*>(call.path.c_str()), nullptr};
    (void)::setpgid(0, 0);
    if (!call.outlives_caller) (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)::signal(SIGPIPE, SIG_DFL);
    ::umask(0022);
    if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 || ::chdir("/") < 0)
        ::_exit(kNotExecuted);
    (void)::syscall(SYS_close_range, 3U, ~0U, 0U);
    (void)::execve(argv[0], argv, environment);
    ::_exit(kNotExecuted);
}

// One that runs; killed with all that it has started, unless it was waited for.
class Running {
public:
    static Result<Running> start(const PluginCall& call) {
        const auto input = TRY(input_of(call.request));
        const auto environment = pointers_to(call.environment);
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return errno_error("making a pipe", errno);
        UniqueFd read_end{ends[0]};
        const UniqueFd write_end{ends[1]};
        const pid_t pid = ::fork();
        if (pid < 0) return errno_error("forking", errno);
        if (pid == 0) become_plugin(call, environment.data(), input.get(), write_end.get());
        (void)::setpgid(pid, pid);
        UniqueFd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};
        Running running{pid, std::move(pidfd), std::move(read_end)};
        if (!running.pidfd_) return errno_error("watching a plugin", errno);
        return running;
    }
    Running(Running&& other) noexcept
        : pid_{std::exchange(other.pid_, -1)},
          pidfd_{std::move(other.pidfd_)},
          output_{std::move(other.output_)},
          said_{std::move(other.said_)} {}
    Running& operator=(Running&&) = delete;
    ~Running() {
        if (pid_ < 0) return;
        (void)::kill(-pid_, SIGKILL);
        (void)::waitpid(pid_, nullptr, 0);
    }

    // Until it has ended, whoever still holds its output open. False: it takes too long.
    Result<bool> follow(Clock::time_point deadline) {
        while (true) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            if (left.count() <= 0) return false;
            std::array<pollfd, 2> fds{{{pidfd_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}}};
            if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) < 0) {
                if (errno == EINTR) continue;
                return errno_error("waiting for a plugin", errno);
            }
            if (fds[1].revents != 0) TRY(read_some());
            if (fds[0].revents == 0) continue;
            TRY(read_some());
            return true;
        }
    }

    int status() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }
    std::string said() && { return std::move(said_); }

private:
    Running(pid_t pid, UniqueFd pidfd, UniqueFd output)
        : pid_{pid}, pidfd_{std::move(pidfd)}, output_{std::move(output)} {}

    // All that is there.
    Result<> read_some() {
        std::array<char, 16384> buffer{};
        while (output_) {
            const auto n = ::read(output_.get(), buffer.data(), buffer.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return {};
            if (n < 0) return errno_error("reading what a plugin says", errno);
            if (n == 0) output_.reset();
            said_.append(buffer.data(), static_cast<std::size_t>(n));
            if (said_.size() > network::kMaxPluginAnswer)
                return Error{ErrorCode::kUnavailable,
                             fmt::format("said more than {} bytes and was killed",
                                         network::kMaxPluginAnswer)};
        }
        return {};
    }

    pid_t pid_;
    UniqueFd pidfd_;
    UniqueFd output_;
    std::string said_;
};

Error failure(int status, const std::string& said) {
    if (const auto error = network::plugin_error(said)) return Error{ErrorCode::kConflict, *error};
    if (WIFSIGNALED(status))
        return Error{ErrorCode::kUnavailable,
                     fmt::format("was killed by signal {}", WTERMSIG(status))};
    if (WEXITSTATUS(status) == kNotExecuted && said.empty())
        return Error{ErrorCode::kUnavailable, "could not be executed"};
    constexpr std::size_t kMost = 200;
    return Error{ErrorCode::kUnavailable,
                 fmt::format("ended with status {}, and what it says is no error of CNI: \"{}\"; "
                             "what it wrote else is in the pod's journal",
                             WEXITSTATUS(status), base::printable(said.substr(0, kMost)))};
}

}  // namespace

Result<std::string> call_plugin(const PluginCall& call) {
    auto running = TRY(Running::start(call));
    if (!TRY(running.follow(Clock::now() + call.patience)))
        return Error{ErrorCode::kUnavailable,
                     fmt::format("did not end within {} s and was killed; PluginTimeoutSec= in "
                                 "/etc/podd/network.conf says how long it may take",
                                 call.patience.count())};
    const int status = running.status();
    auto said = std::move(running).said();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failure(status, said);
    return said;
}

}  // namespace podd::cni
