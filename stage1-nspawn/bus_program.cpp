// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bus_program.h"

#include <cerrno>
#include <csignal>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "child.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxMessage = 4096;

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_error("making a pipe", errno);
    return Pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

[[noreturn]] void become_program(const char* path, const char* const* argv, int input, int output) {
    if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0) ::_exit(1);
    const char* envp[] = {nullptr};
    (void)::execve(path, const_cast<char* const*>(argv), const_cast<char* const*>(envp));
    ::_exit(127);
}

}  // namespace

Result<BusProgram> BusProgram::start(const char* const* argv) {
    auto input = TRY(make_pipe());
    auto output = TRY(make_pipe());
    const auto path = fmt::format("{}/{}", PODD_STAGE1_DIR, argv[0]);
    const pid_t pid = fork_process(Parent::kSelf, nullptr);
    if (pid < 0) return errno_error("forking", errno);
    if (pid == 0) become_program(path.c_str(), argv, input.read_end.get(), output.write_end.get());
    return BusProgram{argv[0], pid, std::move(input.write_end), std::move(output.read_end)};
}

void BusProgram::say(std::string_view line) {
    (void)base::write_all(input_.get(), fmt::format("{}\n", line));
    input_.reset();
}

Result<> BusProgram::finish() {
    input_.reset();
    auto message = base::read_all(output_.get(), kMaxMessage);
    output_.reset();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (message && !message->empty()) return Error{ErrorCode::kConflict, std::move(*message)};
    return Error{ErrorCode::kUnavailable,
                 fmt::format("\"{}/{}\" did not run to its end", PODD_STAGE1_DIR, name_)};
}

BusProgram::~BusProgram() {
    if (!output_) return;
    (void)::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
}

namespace {

Result<> run(const char* program, const char* verb, const std::string& object) {
    const char* argv[] = {program, verb, object.c_str(), nullptr};
    auto running = TRY(BusProgram::start(argv));
    return running.finish();
}

}  // namespace

Result<BusProgram> start_registration(const std::string& name, const std::string& uuid) {
    const char* argv[] = {"register", name.c_str(), uuid.c_str(), nullptr};
    return BusProgram::start(argv);
}

Result<> remove_registration(const std::string& name) {
    return run("register", "--unregister", name);
}

Result<> start_unit(const std::string& unit) {
    return run("register", "--start", unit);
}

Result<BusProgram> start_health(const std::string& pod, const std::string& app) {
    const char* argv[] = {"health", "start", pod.c_str(), app.c_str(), nullptr};
    return BusProgram::start(argv);
}

Result<BusProgram> start_limits(const std::string& pod) {
    const char* argv[] = {"limit", "set", pod.c_str(), nullptr};
    return BusProgram::start(argv);
}

Result<> reset_limits(const std::string& pod) {
    return run("limit", "reset", pod);
}

}  // namespace podd::stage1
