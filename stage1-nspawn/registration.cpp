// SPDX-License-Identifier: LGPL-2.1-or-later
#include "registration.h"

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

constexpr const char* kProgram = PODD_STAGE1_DIR "/register";
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

[[noreturn]] void become_program(const char* const* argv, int input, int output) {
    if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0) ::_exit(1);
    const char* envp[] = {nullptr};
    (void)::execve(kProgram, const_cast<char* const*>(argv), const_cast<char* const*>(envp));
    ::_exit(127);
}

}  // namespace

Result<Registration> Registration::spawn(const char* const* argv) {
    auto input = TRY(make_pipe());
    auto output = TRY(make_pipe());
    const pid_t pid = fork_process(Parent::kSelf, nullptr);
    if (pid < 0) return errno_error("forking", errno);
    if (pid == 0) become_program(argv, input.read_end.get(), output.write_end.get());
    return Registration{pid, std::move(input.write_end), std::move(output.read_end)};
}

Result<Registration> Registration::start(const std::string& name, const std::string& uuid) {
    const char* argv[] = {"register", name.c_str(), uuid.c_str(), nullptr};
    return spawn(argv);
}

void Registration::leader(pid_t pid) {
    (void)base::write_all(input_.get(), fmt::format("{}\n", pid));
    input_.reset();
}

Result<> Registration::finish() {
    input_.reset();
    auto message = base::read_all(output_.get(), kMaxMessage);
    output_.reset();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (message && !message->empty()) return Error{ErrorCode::kConflict, std::move(*message)};
    return Error{ErrorCode::kUnavailable, fmt::format("\"{}\" did not run to its end", kProgram)};
}

Result<> Registration::remove(const std::string& name) {
    const char* argv[] = {"register", "--unregister", name.c_str(), nullptr};
    auto program = TRY(spawn(argv));
    return program.finish();
}

Registration::~Registration() {
    if (!output_) return;
    (void)::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
}

}  // namespace podd::stage1
