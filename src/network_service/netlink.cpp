// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netlink.h"

#include <cerrno>

#include <fmt/format.h>

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace podd::network_service {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

// The kernel answers at once, or the socket is not what it was said to be.
constexpr timeval kPatience{10, 0};
constexpr std::size_t kReceiveBytes = std::size_t{32} * 1024;
constexpr unsigned kAnyPort = 0;

int pass_on(const nlmsghdr* header, void* each) {
    (*static_cast<const Netlink::Each*>(each))(*header);
    return MNL_CB_OK;
}

}  // namespace

Message::Message(std::uint16_t type, std::uint16_t flags)
    : header_{mnl_nlmsg_put_header(buffer_.data())} {
    header_->nlmsg_type = type;
    header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
}

Result<Netlink> Netlink::open(int family) {
    UniqueFd socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family)};
    if (!socket) return errno_error("opening a netlink socket", errno);
    return Netlink{std::move(socket)};
}

Result<> Netlink::ask(Message& message, std::string_view what, const Each& each) {
    // A list ends with a mark of its own; the kernel adds no other.
    message.get()->nlmsg_flags = static_cast<std::uint16_t>(message.get()->nlmsg_flags | NLM_F_ACK);
    message.get()->nlmsg_seq = ++sequence_;
    (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    if (::send(socket_.get(), message.get(), message.get()->nlmsg_len, MSG_NOSIGNAL) < 0)
        return errno_error(what, errno);
    alignas(nlmsghdr) std::array<char, kReceiveBytes> buffer{};
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (n < 0) return errno_error(what, errno);
        more = mnl_cb_run(buffer.data(), static_cast<std::size_t>(n), sequence_, kAnyPort, pass_on,
                          const_cast<void*>(static_cast<const void*>(&each)));
        if (more < 0) return errno_error(what, errno);
    }
    return {};
}

}  // namespace podd::network_service
