// SPDX-License-Identifier: LGPL-2.1-or-later
#include "entry.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <iterator>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

// null, zero, full, random and urandom. Source: admin-guide/devices.txt of Linux.
constexpr unsigned kMemoryMajor = 1;
constexpr std::size_t kMaxStatus = 65536;
constexpr unsigned kHarmlessMinors[] = {3, 5, 7, 8, 9};

bool is_harmless_device(dev_t device) {
    return major(device) == kMemoryMajor &&
           std::find(std::begin(kHarmlessMinors), std::end(kHarmlessMinors), minor(device)) !=
               std::end(kHarmlessMinors);
}

bool is_stream(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    struct stat st{};
    if (flags < 0 || (flags & O_PATH) != 0 || ::fstat(fd, &st) < 0) return false;
    return S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
           (S_ISCHR(st.st_mode) && is_harmless_device(st.st_rdev));
}

// Whatever lies there was made by the pod's root; what must not be waited for is told apart after.
Result<UniqueFd> open_multiplexer() {
    const auto root = TRY(base::open_path("/", O_PATH | O_DIRECTORY));
    auto fd = TRY(base::open_at(root.get(), "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0,
                                base::Resolve::kNoSymlinks));
    struct stat st{};
    struct statfs fs{};
    if (::fstat(fd.get(), &st) < 0 || ::fstatfs(fd.get(), &fs) < 0 || !S_ISCHR(st.st_mode) ||
        st.st_rdev != makedev(5, 2) || fs.f_type != DEVPTS_SUPER_MAGIC)
        return Error{ErrorCode::kDenied, "\"/dev/pts/ptmx\" makes no terminals"};
    return fd;
}

Result<> make_standard(int fd) {
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
        if (::dup2(fd, number) < 0) return errno_error("setting up a standard stream", errno);
    return {};
}

}  // namespace

Result<> check_stream(int fd, const char* name) {
    if (is_stream(fd)) return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("{} is neither a file nor a pipe or socket; what else could lead out "
                             "of the pod",
                             name)};
}

Result<> take_streams(const Entry& entry) {
    if (entry.terminal) return {};
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
        if (::dup2(entry.streams[static_cast<std::size_t>(number)], number) < 0)
            return errno_error("setting up a standard stream", errno);
    return {};
}

Result<Limits> limits_of(pid_t pid) {
    Limits limits{};
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (::prlimit(pid, static_cast<__rlimit_resource>(i), nullptr, &limits[i]) < 0)
            return errno_error("reading the app's limits", errno);
    return limits;
}

// There is no call that asks without changing it. Source: proc(5), since Linux 4.7.
Result<mode_t> umask_of(pid_t pid) {
    constexpr std::string_view kField = "\nUmask:\t";
    const auto text = TRY(base::read_file(fmt::format("/proc/{}/status", pid), kMaxStatus));
    const auto at = text.find(kField);
    mode_t mask = 0;
    const char* begin = text.data() + std::min(at, text.size() - kField.size()) + kField.size();
    if (at == std::string::npos ||
        std::from_chars(begin, text.data() + text.size(), mask, 8).ec != std::errc{})
        return Error{ErrorCode::kNotFound, "the app's umask is not to be had"};
    return mask;
}

Result<> take_limits(const Limits& limits) {
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (::setrlimit(static_cast<__rlimit_resource>(i), &limits[i]) < 0)
            return errno_error("setting the app's limits", errno);
    return {};
}

Result<UniqueFd> take_terminal(const plan::TerminalRequest& request) {
    auto other_end = TRY_CONTEXT(open_multiplexer(), "making a terminal");
    int locked = 0;
    const winsize size{request.rows, request.columns, 0, 0};
    if (::ioctl(other_end.get(), TIOCSPTLCK, &locked) < 0)
        return errno_error("unlocking a terminal", errno);
    const UniqueFd terminal{::ioctl(other_end.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (!terminal) return errno_error("opening a terminal", errno);
    if (::ioctl(other_end.get(), TIOCSWINSZ, &size) < 0)
        return errno_error("giving a terminal its size", errno);
    if (::ioctl(terminal.get(), TIOCSCTTY, 0) < 0) return errno_error("taking a terminal", errno);
    TRY(make_standard(terminal.get()));
    return other_end;
}

Result<> end_with_parent() {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return errno_error("asking to end with the starter", errno);
    return {};
}

}  // namespace podd::stage1
