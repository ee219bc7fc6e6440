// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/notify.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include <fmt/format.h>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/socket_message.h"
#include "base/unique_fd.h"

namespace podd::base {

namespace {

// Any assignment that the manager does not know, and so ignores. Source: sd_notify(3), "Notes".
constexpr std::string_view kMarker = "X_PODD_MARKER=1";

constexpr long kNsecPerMsec = 1'000'000;
constexpr long kPauseNsec = 2 * kNsecPerMsec;

// None when there is no manager.
Result<UniqueFd> connect_to_manager() {
    const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): one thread
    if (path == nullptr) return UniqueFd{};
    const auto length = std::strlen(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof address.sun_path)
        return Error{ErrorCode::kInvalidArgument, "$NOTIFY_SOCKET is not a socket address"};
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';
    UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket) return errno_error("making a socket for the service manager", errno);

    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) < 0)
        return errno_error("connecting to the service manager", errno);
    return socket;
}

Result<> send_to_manager(const UniqueFd& socket, std::string_view state) {
    TRY_CONTEXT(send_message(socket.get(), state, {}), "notifying the service manager");
    return {};
}

long elapsed_msec(const timespec& since) {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since.tv_sec) * 1000 + (now.tv_nsec - since.tv_nsec) / kNsecPerMsec;
}

// A datagram socket is writable while a quarter of its send buffer holds what was not read; the
// smallest buffer is 4.5 KiB. A message with this in it fills it. Source: unix_writable() in
// net/unix/af_unix.c, SOCK_MIN_SNDBUF in include/net/sock.h.
std::string filling(std::string_view state) {
    constexpr std::size_t kFill = 1536;
    return fmt::format("{}\nX_PODD_FILL={}", state, std::string(kFill, '-'));
}

// Whether all has been read. While the kernel wakes who waits for that, one byte is left.
Result<bool> is_read(const UniqueFd& socket) {
    int unread = 0;
    if (::ioctl(socket.get(), SIOCOUTQ, &unread) < 0)
        return errno_error("looking for what the service manager has read", errno);
    return unread <= 1;
}

}  // namespace

Result<SentNotification> SentNotification::send(std::string_view state) {
    SentNotification sent;
    sent.socket_ = TRY(connect_to_manager());
    if (!sent.socket_) return sent;
    const int smallest = 0;
    if (::setsockopt(sent.socket_.get(), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest) < 0)
        return errno_error("setting up a socket for the service manager", errno);
    TRY(send_to_manager(sent.socket_, filling(state)));
    return sent;
}

// Asleep until then: a hundred apps wait for the manager while it starts them all, and it needs the
// processors that they would look at it with.
Result<> SentNotification::await_read(int timeout_msec) const {
    if (!socket_) return {};
    timespec begin{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &begin);
    pollfd writable{socket_.get(), POLLOUT, 0};
    for (bool woken = false; !TRY(is_read(socket_)); woken = true) {
        const auto waited = elapsed_msec(begin);
        if (waited >= timeout_msec)
            return Error{ErrorCode::kUnavailable, "the service manager did not answer in time"};
        // A kernel with another rule of what is writable does not keep anybody asleep.
        const timespec pause{0, kPauseNsec};
        if (woken) (void)::nanosleep(&pause, nullptr);
        (void)::poll(&writable, 1, timeout_msec - static_cast<int>(waited));
    }
    return {};
}

Result<SentNotification> send_marker() {
    return SentNotification::send(kMarker);
}

Result<> notify(std::string_view state) {
    const auto socket = TRY(connect_to_manager());
    return socket ? send_to_manager(socket, state) : Result<>{};
}

Result<> notify_barrier(int timeout_msec) {
    const auto marker = TRY(send_marker());
    return marker.await_read(timeout_msec);
}

}  // namespace podd::base
