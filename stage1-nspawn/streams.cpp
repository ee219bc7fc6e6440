// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include <sys/socket.h>
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

// The socket that the stream leads to: the journal's, or with LogNamespace= that of another
// journal; empty where it leads elsewhere. Source: systemd-journald.service(8), journal namespaces.
std::string journal_behind(int fd) {
    sockaddr_un peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) < 0 ||
        peer.sun_family != AF_UNIX)
        return {};
    const std::string path{peer.sun_path, ::strnlen(peer.sun_path, sizeof peer.sun_path)};
    const bool is_journal = path.starts_with("/run/systemd/journal") && path.ends_with("/stdout");
    return is_journal ? path : std::string{};
}

// identifier, unit, priority, no level prefix, no forwarding.
Result<UniqueFd> journal_stream(const std::string& journal, const std::string& identifier,
                                LogLevel level) {
    UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    journal.copy(address.sun_path, sizeof address.sun_path - 1);
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        return errno_error("connecting to the journal", errno);
    (void)::shutdown(fd.get(), SHUT_RD);
    const auto header = fmt::format("{}\n{}\n{}\n0\n0\n0\n0\n", identifier, base::own_unit(),
                                    static_cast<int>(level));
    TRY(base::write_all(fd.get(), header));
    return fd;
}

Result<> open_stream(int fd, const std::string& identifier, LogLevel level) {
    const auto journal = journal_behind(fd);
    if (journal.empty()) return {};
    const auto stream = TRY(journal_stream(journal, identifier, level));
    if (::dup2(stream.get(), fd) < 0) return errno_error("setting up a standard stream", errno);
    return {};
}

}  // namespace

Result<> open_standard_streams(const std::string& identifier) {
    TRY(open_stream(STDOUT_FILENO, identifier, LogLevel::kInfo));
    return open_stream(STDERR_FILENO, identifier, LogLevel::kError);
}

}  // namespace podd::stage1
