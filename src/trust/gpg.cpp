// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/gpg.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kProgram = "/usr/bin/gpg";
constexpr const char* kStatus = "status";
constexpr const char* kOutput = "output";
constexpr std::size_t kMaxAnswerBytes = std::size_t{4} << 20;

// Every home is a new one, so neither an agent nor a trust database is of use; what others have
// signed on a key says nothing here and may be any number of bytes.
constexpr std::string_view kSettings =
    "batch\n"
    "no-tty\n"
    "quiet\n"
    "no-autostart\n"
    "disable-dirmngr\n"
    "no-auto-key-locate\n"
    "no-auto-key-retrieve\n"
    "no-random-seed-file\n"
    "no-auto-check-trustdb\n"
    "trust-model always\n"
    "import-options self-sigs-only\n"
    "export-options export-minimal,no-export-attributes\n";

// What is done to the child's descriptors before it becomes gpg.
class Actions {
public:
    Actions() { ::posix_spawn_file_actions_init(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }

    void move(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
    void open(int fd, const char* path, int flags) {
        ::posix_spawn_file_actions_addopen(&actions_, fd, path, flags, 0600);
    }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

Result<pid_t> start(const std::vector<std::string>& arguments, int input,
                    const std::string& output) {
    Actions actions;
    actions.move(input, STDIN_FILENO);
    actions.open(STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
    actions.open(STDERR_FILENO, "/dev/null", O_WRONLY);
    std::vector<char*> argv;
    for (const auto& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    char path[] = "PATH=/usr/bin:/bin";
    char locale[] = "LC_ALL=C.UTF-8";
    char* environment[] = {path, locale, nullptr};
    pid_t pid = -1;
    if (const int r =
            ::posix_spawn(&pid, kProgram, actions.get(), nullptr, argv.data(), environment);
        r != 0)
        return Error{ErrorCode::kUnavailable,
                     fmt::format("starting \"{}\": {}", kProgram,
                                 base::errno_error("no", r).message().substr(4))};
    return pid;
}

// Whether all of it went in; gpg may know its answer earlier. SIGPIPE is ignored by the program.
Result<bool> feed(int pipe, const ReadMore& input) {
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t got = input(buffer.data(), buffer.size());
        if (got < 0) return base::errno_error("reading what gpg is to look at", errno);
        if (got == 0) return true;
        const auto sent = base::write_all(pipe, {buffer.data(), static_cast<std::size_t>(got)});
        if (!sent && sent.error().sys_errno() == EPIPE) return false;
        TRY(base::Result<>{sent});
    }
}

Result<bool> wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return base::errno_error("waiting for gpg", errno);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::vector<StatusLine> parse_status(std::string_view text) {
    constexpr std::string_view kMark = "[GNUPG:] ";
    std::vector<StatusLine> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with(kMark)) continue;
        line.remove_prefix(kMark.size());
        StatusLine words;
        while (!line.empty()) {
            const auto space = std::min(line.find(' '), line.size());
            if (space > 0) words.emplace_back(line.substr(0, space));
            line.remove_prefix(std::min(space + 1, line.size()));
        }
        if (!words.empty()) lines.push_back(std::move(words));
    }
    return lines;
}

Result<std::unique_ptr<GpgHome>> GpgHome::make(const std::string& parent) {
    auto parent_fd = TRY(base::open_path(parent, O_RDONLY | O_DIRECTORY));
    std::string path = parent + "/podd-keyring-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        return base::errno_error(fmt::format("making a folder in \"{}\"", parent), errno);
    auto name = path.substr(parent.size() + 1);
    std::unique_ptr<GpgHome> home{new GpgHome{std::move(parent_fd), std::move(name), path}};
    TRY(home->write("gpg.conf", kSettings));
    // Where it is missing gpg 2.4 may want a daemon that keeps the keys.
    TRY(home->write("common.conf", "\n"));
    return home;
}

GpgHome::~GpgHome() {
    // Where openat2(2) is not allowed the folder is in the unit's own /tmp, which goes as well.
    (void)base::remove_tree(parent_.get(), name_).has_value();
}

Result<std::string> GpgHome::write(const std::string& name, std::string_view text) const {
    auto path = fmt::format("{}/{}", path_, name);
    const auto file = TRY(base::open_path(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    TRY_CONTEXT(base::write_all(file.get(), text), "\"{}\"", path);
    return path;
}

Result<GpgRun> GpgHome::run(const std::vector<std::string>& arguments,
                            const ReadMore& input) const {
    const auto status = TRY(write(kStatus, ""));
    const auto output = TRY(write(kOutput, ""));
    std::vector<std::string> argv{"gpg", "--homedir", path_, "--status-file", status};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("cannot make a pipe", errno);
    UniqueFd reader{ends[0]};
    UniqueFd writer{ends[1]};
    const pid_t pid = TRY(start(argv, reader.get(), output));
    reader.reset();
    const auto fed = feed(writer.get(), input);
    writer.reset();
    const auto success = wait_for(pid);  // before any return: nobody else reaps it
    GpgRun run;
    run.read_all = TRY(base::Result<bool>{fed});
    run.success = TRY(base::Result<bool>{success});
    run.status = parse_status(TRY(base::read_file(status, kMaxAnswerBytes)));
    run.output = TRY(base::read_file(output, kMaxAnswerBytes));
    return run;
}

Result<GpgRun> GpgHome::run(const std::vector<std::string>& arguments,
                            std::string_view input) const {
    return run(arguments, [input](char* buffer, std::size_t size) mutable {
        const auto part = std::min(size, input.size());
        std::memcpy(buffer, input.data(), part);
        input.remove_prefix(part);
        return static_cast<ssize_t>(part);
    });
}

}  // namespace podd::trust
