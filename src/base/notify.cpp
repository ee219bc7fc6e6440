// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/notify.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/socket_message.h"
#include "base/unique_fd.h"

namespace podd::base {

namespace {

// `fd` < 0: none is passed along.
Result<> send_to_manager(std::string_view state, int fd) {
    const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): one thread
    if (path == nullptr) return {};
    const auto length = std::strlen(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof address.sun_path)
        return Error{ErrorCode::kInvalidArgument, "$NOTIFY_SOCKET is not a socket address"};
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';
    const UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket) return errno_error("making a socket for the service manager", errno);

    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) < 0)
        return errno_error("connecting to the service manager", errno);
    std::vector<int> fds;
    if (fd >= 0) fds.push_back(fd);
    TRY_CONTEXT(send_message(socket.get(), state, fds), "notifying the service manager");
    return {};
}

}  // namespace

Result<> notify(std::string_view state) {
    return send_to_manager(state, -1);
}

Result<NotifyBarrier> NotifyBarrier::send() {
    NotifyBarrier barrier;
    if (std::getenv("NOTIFY_SOCKET") == nullptr) return barrier;  // NOLINT(concurrency-mt-unsafe)
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_error("making a pipe", errno);
    barrier.end_.reset(ends[0]);
    const UniqueFd write_end{ends[1]};
    TRY(send_to_manager("BARRIER=1", write_end.get()));
    return barrier;
}

Result<> NotifyBarrier::wait(int timeout_msec) const {
    if (!end_) return {};
    pollfd wait{end_.get(), 0, 0};
    for (;;) {
        const int ready = ::poll(&wait, 1, timeout_msec);
        if (ready > 0) return {};
        if (ready == 0)
            return Error{ErrorCode::kUnavailable, "the service manager did not answer in time"};
        if (errno != EINTR) return errno_error("waiting for the service manager", errno);
    }
}

Result<> notify_barrier(int timeout_msec) {
    const auto barrier = TRY(NotifyBarrier::send());
    return barrier.wait(timeout_msec);
}

}  // namespace podd::base
