// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/worker.h"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error_json.h"
#include "base/file.h"
#include "importer/confine.h"
#include "importer/id_map.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

// A manifest has at most 4 MiB; written as JSON in JSON it may double.
constexpr std::size_t kMaxResultBytes = std::size_t{24} << 20;
constexpr base::JsonLimits kResultLimits{.max_bytes = kMaxResultBytes, .max_depth = 80};

Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    return std::pair{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

Json wrap(std::string_view member, Json value) {
    Json json;
    json.add(std::string{member}, std::move(value));
    return json;
}

Result<> send_line(int fd, const Json& json) {
    return base::write_all(fd, json.str() + "\n");
}

// The worker's whole life. This process has one thread, so the copy of it that the worker is may
// allocate and use the library as before.
[[noreturn]] void run_worker(const WorkerPlan& plan, int go, int result) {
    auto keep = plan.keep;
    keep.push_back(go);
    keep.push_back(result);
    const auto work = [&]() -> Result<Json> {
        TRY_CONTEXT(confine(plan, go, keep), "confining {}", plan.name);
        return plan.body([&](const Json& line) { return send_line(result, wrap("say", line)); });
    };
    auto outcome = work();
    const bool done = outcome.has_value();
    const auto line = done ? wrap("result", std::move(outcome).value())
                           : wrap("error", base::error_json(outcome.error()));
    const bool sent = send_line(result, line).has_value();
    ::_exit(done && sent ? 0 : 1);
}

// NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes it
pid_t clone_worker(int* pidfd) {
    clone_args args{};
    args.flags = CLONE_PIDFD | CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
                 CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWCGROUP;
    args.pidfd = reinterpret_cast<std::uintptr_t>(pidfd);
    args.exit_signal = SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
}

}  // namespace

Result<Worker> Worker::start(const WorkerPlan& plan) {
    auto [result_read, result_write] = TRY(make_pipe());
    auto [go_read, go_write] = TRY(make_pipe());
    int pidfd = -1;
    const pid_t pid = clone_worker(&pidfd);
    if (pid < 0) return base::errno_error(fmt::format("starting {}", plan.name), errno);
    if (pid == 0) {
        // Else the worker itself would keep its "go" from ending when the parent dies.
        go_write.reset();
        run_worker(plan, go_read.get(), result_write.get());
    }
    Worker worker;
    worker.name_ = plan.name;
    worker.pid_ = pid;
    worker.pidfd_ = UniqueFd{pidfd};
    worker.result_ = std::move(result_read);
    worker.go_ = std::move(go_write);
    TRY_CONTEXT(write_id_maps(pid, 0, kWorkerBase), "starting {}", plan.name);
    TRY_CONTEXT(base::write_all(worker.go_.get(), "."), "starting {}", plan.name);
    return worker;
}

Worker::Worker(Worker&& other) noexcept
    : name_{std::move(other.name_)},
      pid_{std::exchange(other.pid_, -1)},
      pidfd_{std::move(other.pidfd_)},
      go_{std::move(other.go_)},
      result_{std::move(other.result_)},
      finished_{other.finished_},
      reaped_{other.reaped_},
      status_{other.status_},
      text_{std::move(other.text_)} {}

Worker::~Worker() {
    kill();
    (void)reap();
}

void Worker::kill() {
    if (pid_ > 0 && !reaped_)
        (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

Result<> Worker::reap() {
    if (pid_ <= 0 || reaped_) return {};
    while (::waitpid(pid_, &status_, 0) < 0)
        if (errno != EINTR) return base::errno_error("waiting for a worker", errno);
    reaped_ = true;
    return {};
}

Result<bool> Worker::receive() {
    char block[65536];
    const ssize_t n = ::read(result_.get(), block, sizeof block);
    if (n < 0 && errno == EINTR) return false;
    if (n < 0) return base::errno_error(fmt::format("listening to {}", name_), errno);
    if (n == 0) {
        finished_ = true;
        TRY(reap());
        return true;
    }
    text_.append(block, static_cast<std::size_t>(n));
    if (text_.size() > kMaxResultBytes)
        return Error{ErrorCode::kInvalidArgument, fmt::format("{} talks without end", name_)};
    return false;
}

std::vector<Json> Worker::take_said() {
    constexpr std::string_view kSay = "{\"say\":";
    std::vector<Json> all;
    std::string_view rest{text_};
    while (rest.starts_with(kSay)) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) break;
        if (const auto json = Json::parse(rest.substr(0, end), kResultLimits))
            if (const Json* said = json->find("say")) all.push_back(*said);
        rest.remove_prefix(end + 1);
    }
    text_.erase(0, text_.size() - rest.size());
    return all;
}

Result<Json> Worker::result() {
    (void)take_said();
    if (WIFSIGNALED(status_)) {
        const int signal = WTERMSIG(status_);
        const auto why = signal == SIGSYS    ? std::string{"tried what it is not allowed to do"}
                         : signal == SIGXCPU ? std::string{"took too long"}
                         : signal == SIGXFSZ ? std::string{"wrote too large a file"}
                                             : fmt::format("was ended by signal {}", signal);
        return Error{ErrorCode::kInvalidArgument, fmt::format("{} {}", name_, why)};
    }
    const auto json = Json::parse(text_, kResultLimits);
    if (!json || json->as_object() == nullptr)
        return Error{ErrorCode::kInternal, fmt::format("{} gave no readable result", name_)};
    if (const Json* error = json->find("error")) return base::error_value(*error);
    const Json* result = json->find("result");
    if (result == nullptr || WEXITSTATUS(status_) != 0)
        return Error{ErrorCode::kInternal, fmt::format("{} gave no result", name_)};
    return *result;
}

}  // namespace podd::importer
