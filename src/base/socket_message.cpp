// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/socket_message.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace podd::base {

namespace {

// With room for a header that says how many descriptors follow.
std::vector<char> control_of(std::size_t fds) {
    return std::vector<char>(fds == 0 ? 0 : CMSG_SPACE(fds * sizeof(int)));
}

void take_fds(msghdr& message, std::vector<UniqueFd>& fds) {
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
            fds.emplace_back(fd);
        }
    }
}

}  // namespace

Result<> send_message(int socket, std::string_view text, const std::vector<int>& fds, int flags) {
    if (fds.size() > kMaxMessageFds)
        return Error{ErrorCode::kUnsupported, "too many descriptors for one message"};
    auto control = control_of(fds.size());
    iovec data{const_cast<char*>(text.data()), text.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
        std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
    }
    if (::sendmsg(socket, &message, flags | MSG_NOSIGNAL) < 0)
        return errno_error("sending a message", errno);
    return {};
}

Result<SocketMessage> receive_message(int socket, std::size_t max_bytes, std::size_t max_fds) {
    SocketMessage received;
    received.text.resize(max_bytes);
    auto control = control_of(max_fds);
    iovec data{received.text.data(), received.text.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t n = 0;
    do {
        n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return errno_error("receiving a message", errno);
    take_fds(message, received.fds);
    if ((message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0)
        return Error{ErrorCode::kInternal, "a message holds more than it may"};
    received.text.resize(static_cast<std::size_t>(n));
    return received;
}

}  // namespace podd::base
