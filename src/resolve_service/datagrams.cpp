// SPDX-License-Identifier: LGPL-2.1-or-later
#include "datagrams.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace podd::resolve_service {

using base::Result;

namespace {

// At most so many in a row, so that answers of servers are not kept waiting.
constexpr int kBatch = 64;

// Where a datagram arrived, and so where its answer is to come from.
struct Arrival {
    in_pktinfo ipv4{};
    in6_pktinfo ipv6{};
    bool is_ipv4 = false;
    bool is_ipv6 = false;

    std::uint32_t interface() const {
        if (is_ipv6) return ipv6.ipi6_ifindex;
        return is_ipv4 ? static_cast<std::uint32_t>(ipv4.ipi_ifindex) : 0;
    }
};

struct Control {
    alignas(cmsghdr)
        std::array<char, CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo))> bytes{};
};

Arrival read_arrival(msghdr& message) {
    Arrival arrival;
    for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            std::memcpy(&arrival.ipv4, CMSG_DATA(part), sizeof arrival.ipv4);
            arrival.is_ipv4 = true;
        }
        if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            std::memcpy(&arrival.ipv6, CMSG_DATA(part), sizeof arrival.ipv6);
            arrival.is_ipv6 = true;
        }
    }
    return arrival;
}

// Of one datagram; it refers to all three.
msghdr message_of(SocketAddress& peer, iovec& piece, Control& control) {
    msghdr message{};
    message.msg_name = peer.get();
    message.msg_namelen = peer.size;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    return message;
}

template <typename Info>
void put(msghdr& message, int level, int type, const Info& info) {
    message.msg_controllen = CMSG_SPACE(sizeof info);
    auto* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = level;
    part->cmsg_type = type;
    part->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(part), &info, sizeof info);
}

// From the address that was asked, which is one of many: else nobody would take it for an answer.
// One that does not go out is asked for again.
void send_answer(int socket, SocketAddress to, const Arrival& arrival, std::string answer) {
    iovec piece{answer.data(), answer.size()};
    Control control;
    auto message = message_of(to, piece, control);
    if (arrival.is_ipv6) {
        put(message, IPPROTO_IPV6, IPV6_PKTINFO, arrival.ipv6);
    } else {
        auto from = arrival.ipv4;
        from.ipi_spec_dst = from.ipi_addr;
        put(message, IPPROTO_IP, IP_PKTINFO, from);
    }
    (void)::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

Result<> Datagrams::serve(sd_event* event, base::UniqueFd socket) {
    socket_ = std::move(socket);
    const int r = sd_event_add_io(event, &source_, socket_.get(), EPOLLIN, on_ready, this);
    if (r < 0) return base::errno_error("adding to the event loop", -r);
    return {};
}

bool Datagrams::receive_one() {
    // One that is longer shows by its last byte.
    std::array<char, resolve::kMaxQuery + 1> buffer;  // NOLINT(*-member-init): it is written first
    iovec piece{buffer.data(), buffer.size()};
    Control control;
    SocketAddress from;
    auto message = message_of(from, piece, control);
    const auto size = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0) return errno == EINTR;
    from.size = message.msg_namelen;
    const auto arrival = read_arrival(message);
    const auto address = from.address();
    // Who cannot be told to be a pod is none.
    if (!address || arrival.interface() == 0) return true;
    resolver_.ask({buffer.data(), static_cast<std::size_t>(size)}, {*address, arrival.interface()},
                  Transport::kDatagrams, [this, from, arrival](std::string answer) {
                      if (!answer.empty())
                          send_answer(socket_.get(), from, arrival, std::move(answer));
                  });
    return true;
}

int Datagrams::on_ready(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                        void* self) {
    for (int i = 0; i < kBatch && static_cast<Datagrams*>(self)->receive_one(); ++i) {
    }
    return 0;
}

}  // namespace podd::resolve_service
