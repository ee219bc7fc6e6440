// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/own_unit.h"

namespace podd::stage1 {

using base::errno_error;
using base::LogLevel;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/stdout";

// The variable names the device and inode of one of the two; the other goes to the same place or
// was told apart by the administrator.
bool is_journal_stream(int fd) {
    const char* stream =
        std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): one thread
    struct stat st{};
    if (stream == nullptr || ::fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode)) return false;
    sockaddr_un peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) < 0) return false;
    return fmt::format("{}:{}", st.st_dev, st.st_ino) == stream ||
           std::string_view{peer.sun_path, ::strnlen(peer.sun_path, sizeof peer.sun_path)} ==
               kJournalSocket;
}

// identifier, unit, priority, no level prefix, no forwarding.
Result<UniqueFd> journal_stream(const std::string& identifier, LogLevel level) {
    UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, kJournalSocket, sizeof address.sun_path - 1);
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        return errno_error("connecting to the journal", errno);
    (void)::shutdown(fd.get(), SHUT_RD);
    const auto header = fmt::format("{}\n{}\n{}\n0\n0\n0\n0\n", identifier, base::own_unit(),
                                    static_cast<int>(level));
    TRY(base::write_all(fd.get(), header));
    return fd;
}

Result<> replace(int fd, const UniqueFd& by) {
    if (::dup2(by.get(), fd) < 0) return errno_error("setting up a standard stream", errno);
    return {};
}

}  // namespace

Result<> open_standard_streams(const std::string& identifier) {
    TRY(replace(STDIN_FILENO, TRY(base::open_path("/dev/null", O_RDONLY))));
    const bool output = is_journal_stream(STDOUT_FILENO);
    const bool error = is_journal_stream(STDERR_FILENO);
    if (output) TRY(replace(STDOUT_FILENO, TRY(journal_stream(identifier, LogLevel::kInfo))));
    if (error) TRY(replace(STDERR_FILENO, TRY(journal_stream(identifier, LogLevel::kError))));
    return {};
}

}  // namespace podd::stage1
