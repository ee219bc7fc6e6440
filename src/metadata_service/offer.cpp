// SPDX-License-Identifier: LGPL-2.1-or-later
#include "offer.h"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket_message.h"
#include "plan/metadata_record.h"

namespace podd::metadata_service {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Who connects sends at once, or has died.
constexpr timeval kPatience{1, 0};

int socket_option(int socket, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

bool is_tcp_listener(int fd) {
    return socket_option(fd, SO_ACCEPTCONN) == 1 && socket_option(fd, SO_DOMAIN) == AF_INET &&
           socket_option(fd, SO_TYPE) == SOCK_STREAM;
}

Result<> check_peer(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return base::errno_error("asking who offers a pod", errno);
    if (peer.uid != 0) return Error{ErrorCode::kDenied, "only root offers pods"};
    return {};
}

}  // namespace

Result<Offer> receive_offer(int connection) {
    TRY(check_peer(connection));
    (void)::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    auto message =
        TRY(base::receive_message(connection, plan::kMetadataHello.size() + 1, plan::kMetadataFds));
    if (message.text != plan::kMetadataHello || message.fds.size() != plan::kMetadataFds)
        return Error{ErrorCode::kInvalidArgument, "that is no offer of a pod"};
    return Offer{std::move(message.fds[0]), std::move(message.fds[1]), std::move(message.fds[2])};
}

Result<metadata::ServedPod> pod_of(const Offer& offer) {
    if (!is_tcp_listener(offer.listener.get()))
        return Error{ErrorCode::kInvalidArgument, "what it listens at is no such socket"};
    struct stat st{};
    if (::fstat(offer.record.get(), &st) < 0 || !S_ISREG(st.st_mode) ||
        ::lseek(offer.record.get(), 0, SEEK_SET) < 0)
        return Error{ErrorCode::kInvalidArgument, "its record is no file"};
    const auto text = TRY(base::read_all(offer.record.get(), plan::kMetadataMaxBytes));
    return metadata::served_pod(TRY(plan::parse_metadata_record(text)));
}

}  // namespace podd::metadata_service
