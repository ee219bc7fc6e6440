// SPDX-License-Identifier: LGPL-2.1-or-later
#include "endpoints.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kFirstFd = 3;

// A socket cannot be opened again, a FIFO can; both ends here, so that no reader ever sees its end.
Result<UniqueFd> make_fifo(const char* path, const plan::AppPlan& app) {
    (void)::unlink(path);
    if (::mkfifo(path, 0600) < 0) return errno_error(fmt::format("making \"{}\"", path), errno);
    UniqueFd fd{::open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd || ::fchown(fd.get(), app.uid, app.gid) < 0)
        return errno_error(fmt::format("making \"{}\"", path), errno);
    return fd;
}

Result<UniqueFd> make_notify_socket(const plan::AppPlan& app) {
    (void)::unlink(kNotifySocket);
    UniqueFd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, kNotifySocket, sizeof address.sun_path - 1);
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        ::chmod(kNotifySocket, 0600) < 0 || ::chown(kNotifySocket, app.uid, app.gid) < 0)
        return errno_error(fmt::format("making \"{}\"", kNotifySocket), errno);
    return fd;
}

}  // namespace

Result<Endpoints> make_endpoints(const plan::AppPlan& app) {
    Endpoints endpoints;
    if (app.stdio_links) {
        for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
            endpoints.fds.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFd));
        endpoints.fds.push_back(TRY(make_fifo("/dev/stdout", app)));
        endpoints.fds.push_back(TRY(make_fifo("/dev/stderr", app)));
    }
    if (app.notify) endpoints.fds.push_back(TRY(make_notify_socket(app)));
    return endpoints;
}

}  // namespace podd::stage1
