// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/unpacker.h"

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/unpack.h"
#include "base/error_json.h"
#include "base/file.h"
#include "base/json.h"
#include "sandbox/work.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

// A manifest has at most 4 MiB; as a string in JSON it may double.
constexpr std::size_t kMaxResultBytes = std::size_t{24} << 20;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    return Pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Result<> close_others(std::vector<int> keep) {
    std::sort(keep.begin(), keep.end());
    unsigned int from = STDERR_FILENO + 1;
    for (const int fd : keep) {
        const auto at = static_cast<unsigned int>(fd);
        if (at > from && ::syscall(SYS_close_range, from, at - 1, 0) < 0)
            return base::errno_error("closing descriptors", errno);
        from = std::max(from, at + 1);
    }
    if (::syscall(SYS_close_range, from, ~0U, 0) < 0)
        return base::errno_error("closing descriptors", errno);
    return {};
}

// Bytes of strangers are read from here on: who takes over this process sees no other file, and has
// no rights but those over files.
Result<> confine(int root_fd) {
    // Root may be able to; others only have what Landlock gives them.
    if (::geteuid() == 0 && ::fchdir(root_fd) == 0 && ::chroot(".") == 0 && ::chdir("/") < 0)
        return base::errno_error("entering the folder", errno);
    TRY(sandbox::give_up_rights(sandbox::Work::kTree));
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return base::errno_error("giving up rights", errno);
    TRY(sandbox::stay_beneath(root_fd));
    return sandbox::load_work_filter(sandbox::Work::kTree);
}

Result<std::string> unpack(int input, int root_fd) {
    // libarchive reads names in pax headers as UTF-8.
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): one thread
    (void)::umask(022);
    archive::UnpackOptions options;
    options.root_fd = root_fd;
    options.any_kind = true;
    options.owners = ::geteuid() == 0 ? archive::Owners::kArchived : archive::Owners::kCaller;
    options.on_kind = [](archive::Kind kind) -> Result<> {
        if (kind == archive::Kind::kAci) return {};
        return Error{ErrorCode::kInternal, "podd sent something else than was asked for"};
    };
    TRY(confine(root_fd));
    return TRY(archive::unpack(input, options))
    .manifest;
}

// This process has one thread, so its copy may go on as before.
[[noreturn]] void run(int input, int root_fd, int result) {
    // Ctrl-C is for the one who waits: it cancels, and this process sees the pipe's end.
    (void)std::signal(SIGINT, SIG_IGN);
    (void)std::signal(SIGPIPE, SIG_IGN);
    const auto work = [&]() -> Result<std::string> {
        TRY(close_others({input, root_fd, result}));
        return unpack(input, root_fd);
    };
    auto done = work();
    Json json;
    if (done)
        json.add("manifest", *std::move(done));
    else
        json.add("error", base::error_json(done.error()));
    ::_exit(base::write_all(result, json.str()) ? 0 : 1);
}

}  // namespace

Result<Unpacker> Unpacker::start(int root_fd) {
    auto data = TRY(make_pipe());
    auto result = TRY(make_pipe());
    Unpacker unpacker;
    unpacker.pid_ = ::fork();
    if (unpacker.pid_ < 0) return base::errno_error("starting the unpacker", errno);
    if (unpacker.pid_ == 0) run(data.read.get(), root_fd, result.write.get());
    unpacker.input_ = std::move(data.write);
    unpacker.result_ = std::move(result.read);
    return unpacker;
}

Unpacker::Unpacker(Unpacker&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)},
      input_{std::move(other.input_)},
      result_{std::move(other.result_)} {}

Unpacker::~Unpacker() {
    if (pid_ < 0) return;
    (void)::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<std::string> Unpacker::finish() {
    input_.reset();
    const auto text =
        TRY_CONTEXT(base::read_all(result_.get(), kMaxResultBytes), "waiting for the unpacker");
    const auto json = Json::parse(text, {.max_bytes = kMaxResultBytes, .max_depth = 80});
    if (!json) return Error{ErrorCode::kInternal, "the unpacker gave no readable result"};
    if (const Json* error = json->find("error")) return base::error_value(*error);
    const Json* manifest = json->find("manifest");
    if (manifest == nullptr || manifest->as_string() == nullptr)
        return Error{ErrorCode::kInternal, "the unpacker gave no result"};
    return *manifest->as_string();
}

}  // namespace podd::podctl
