// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/notify.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <linux/sockios.h>
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

constexpr long kFirstPauseNsec = 50'000;
constexpr long kNsecPerMsec = 1'000'000;
constexpr long kLongPauseNsec = 2 * kNsecPerMsec;
constexpr long kLongestPauseNsec = 100 * kNsecPerMsec;

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

long elapsed_msec(const timespec& since) {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since.tv_sec) * 1000 + (now.tv_nsec - since.tv_nsec) / kNsecPerMsec;
}

// A hundred apps wait for the manager while it starts them all, and it needs the processors that
// they would look at it with.
long next_pause(long pause_nsec, long waited_msec) {
    const long longest =
        std::clamp(waited_msec * kNsecPerMsec / 8, kLongPauseNsec, kLongestPauseNsec);
    return std::min(pause_nsec * 2, longest);
}

}  // namespace

Result<SentNotification> SentNotification::send(std::string_view state) {
    SentNotification sent;
    sent.socket_ = TRY(connect_to_manager());
    if (sent.socket_)
        TRY_CONTEXT(send_message(sent.socket_.get(), state, {}), "notifying the service manager");
    return sent;
}

Result<> SentNotification::await_read(int timeout_msec) const {
    if (!socket_) return {};
    timespec begin{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &begin);
    for (timespec pause{0, kFirstPauseNsec};;) {
        int unread = 0;
        if (::ioctl(socket_.get(), SIOCOUTQ, &unread) < 0)
            return errno_error("looking for what the service manager has read", errno);
        if (unread == 0) return {};
        const auto waited = elapsed_msec(begin);
        if (waited >= timeout_msec)
            return Error{ErrorCode::kUnavailable, "the service manager did not answer in time"};
        (void)::nanosleep(&pause, nullptr);
        pause.tv_nsec = next_pause(pause.tv_nsec, waited);
    }
}

Result<SentNotification> send_marker() {
    return SentNotification::send(kMarker);
}

Result<> notify(std::string_view state) {
    TRY(SentNotification::send(state));
    return {};
}

Result<> notify_barrier(int timeout_msec) {
    const auto marker = TRY(send_marker());
    return marker.await_read(timeout_msec);
}

}  // namespace podd::base
