// SPDX-License-Identifier: LGPL-2.1-or-later
#include "association_relay.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <utility>

#include <fcntl.h>
#include <linux/sctp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kIdleMsec = 10'000;
// Who comes when there are more waits until one of them has ended.
constexpr std::size_t kMaxAssociations = 512;
constexpr std::size_t kMaxMessage = std::size_t{256} * 1024;
constexpr std::size_t kBlock = std::size_t{64} * 1024;
// On how many streams at most the pod answers. Associations that were there before the relay have
// ten, as the kernel gives by itself; both sides are told.
constexpr std::uint16_t kStreams = 256;

template <typename T>
bool set_option(int fd, int option, const T& value) {
    return ::setsockopt(fd, IPPROTO_SCTP, option, &value, sizeof value) == 0;
}

// One of the two who are connected, and the message of it that the other one has not been given
// yet. Nothing more is read from it meanwhile, so it waits as it would without anybody in between.
struct Side {
    UniqueFd socket;
    std::vector<char> message{};
    sctp_sndinfo info{};
    bool is_whole = false;
    bool is_discarded = false;  // the other one has ended: nobody is there to be given anything

    bool take();
    bool give(Side& to);
    void forget_unread() const;
};

// Where and how the other side is to say it.
sctp_sndinfo info_of(msghdr& message) {
    sctp_sndinfo info{};
    for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_level != IPPROTO_SCTP || one->cmsg_type != SCTP_RCVINFO) continue;
        sctp_rcvinfo received{};
        std::memcpy(&received, CMSG_DATA(one), sizeof received);
        info.snd_sid = received.rcv_sid;
        info.snd_flags = received.rcv_flags & SCTP_UNORDERED;
        info.snd_ppid = received.rcv_ppid;
    }
    return info;
}

// False at its end. A message may come in pieces.
bool Side::take() {
    char block[kBlock];
    iovec text{block, sizeof block};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(sctp_rcvinfo))> control{};
    msghdr received{};
    received.msg_iov = &text;
    received.msg_iovlen = 1;
    received.msg_control = control.data();
    received.msg_controllen = control.size();
    const ssize_t n = ::recvmsg(socket.get(), &received, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (n <= 0) return false;
    if (is_discarded) return true;
    const auto size = static_cast<std::size_t>(n);
    if (message.size() + size > kMaxMessage) return false;
    message.insert(message.end(), block, block + size);
    info = info_of(received);
    is_whole = (received.msg_flags & MSG_EOR) != 0;
    return true;
}

// False where that one will not take it. One that has ended has perhaps said something before, so
// its end is found when that is read.
bool Side::give(Side& to) {
    iovec text{message.data(), message.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(sctp_sndinfo))> control{};
    msghdr sent{};
    sent.msg_iov = &text;
    sent.msg_iovlen = 1;
    sent.msg_control = control.data();
    sent.msg_controllen = control.size();
    auto* one = CMSG_FIRSTHDR(&sent);
    one->cmsg_level = IPPROTO_SCTP;
    one->cmsg_type = SCTP_SNDINFO;
    one->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(one), &info, sizeof info);
    if (::sendmsg(to.socket.get(), &sent, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        if (errno == EAGAIN || errno == EINTR) return true;
        is_discarded = errno == EPIPE || errno == ESHUTDOWN || errno == ECONNRESET;
        if (!is_discarded) return false;
    }
    message.clear();
    is_whole = false;
    return true;
}

// What is not read would make the kernel abort an association that is closed, and with it what the
// other end is still to receive. Source: sctp_close() in net/sctp/socket.c.
void Side::forget_unread() const {
    constexpr int kMost = 64;
    char block[kBlock];
    for (int i = 0; i < kMost; ++i)
        if (::recv(socket.get(), block, sizeof block, MSG_DONTWAIT) <= 0) return;
}

struct Association {
    Side client;
    Side target;
    bool is_made = false;  // the pod has answered; nothing can be sent before
    bool is_over = false;

    void add_waits(std::vector<pollfd>& waits) const;
    void go_on(short client_events, short target_events);
    void end();
};

pollfd wait_of(const Side& side, const Side& other) {
    short events = 0;
    if (!side.is_whole) events |= POLLIN;
    if (other.is_whole) events |= POLLOUT;
    return {events == 0 ? -1 : side.socket.get(), events, 0};
}

// Whether the two go on.
bool exchange(Side& side, Side& other, short events) {
    if (events == 0) return true;
    return (!other.is_whole || other.give(side)) && (side.is_whole || side.take());
}

void Association::add_waits(std::vector<pollfd>& waits) const {
    waits.push_back(is_made ? wait_of(client, target) : pollfd{-1, 0, 0});
    waits.push_back(is_made ? wait_of(target, client) : pollfd{target.socket.get(), POLLOUT, 0});
}

void Association::go_on(short client_events, short target_events) {
    if (is_made) {
        if (!exchange(client, target, client_events) || !exchange(target, client, target_events))
            end();
    } else if (target_events != 0) {
        is_made = true;
        if ((target_events & (POLLERR | POLLHUP)) != 0) end();
    }
}

void Association::end() {
    is_over = true;
    for (const auto* side : {&client, &target})
        side->forget_unread();
}

Result<Association> associate(UniqueFd client, const sockaddr_in& to) {
    sctp_status status{};
    socklen_t size = sizeof status;
    if (::getsockopt(client.get(), IPPROTO_SCTP, SCTP_STATUS, &status, &size) < 0)
        return errno_error("asking for the streams of an association", errno);
    sctp_initmsg wish{};
    wish.sinit_num_ostreams = status.sstat_instrms;
    wish.sinit_max_instreams = status.sstat_outstrms;
    constexpr int kKind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    UniqueFd target{::socket(AF_INET, kKind, IPPROTO_SCTP)};
    constexpr int kOn = 1;
    if (!target || !set_option(target.get(), SCTP_INITMSG, wish) ||
        !set_option(target.get(), SCTP_RECVRCVINFO, kOn) ||
        !set_option(client.get(), SCTP_RECVRCVINFO, kOn))
        return errno_error("making an association", errno);
    if (::connect(target.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0 &&
        errno != EINPROGRESS)
        return errno_error("associating with the pod", errno);
    return Association{{.socket = std::move(client)}, {.socket = std::move(target)}};
}

class Relay {
public:
    Relay(const std::vector<int>& sockets, const sockaddr_in& target)
        : sockets_{sockets}, target_{target} {}

    Result<> run();

private:
    std::vector<pollfd> waits() const;
    void accept(int socket);

    std::vector<int> sockets_;
    sockaddr_in target_;
    std::list<Association> associations_;
};

std::vector<pollfd> Relay::waits() const {
    std::vector<pollfd> waits;
    waits.reserve(sockets_.size() + 2 * associations_.size());
    for (const int socket : sockets_)
        waits.push_back({associations_.size() < kMaxAssociations ? socket : -1, POLLIN, 0});
    for (const auto& one : associations_)
        one.add_waits(waits);
    return waits;
}

// Who cannot be connected finds it closed.
void Relay::accept(int socket) {
    UniqueFd client{::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!client) return;
    if (auto made = associate(std::move(client), target_))
        associations_.push_back(*std::move(made));
}

Result<> Relay::run() {
    for (;;) {
        auto ready = waits();
        const int count =
            ::poll(ready.data(), ready.size(), associations_.empty() ? kIdleMsec : -1);
        if (count < 0) return errno_error("waiting for associations", errno);
        if (count == 0) return {};
        auto answer = ready.begin() + static_cast<std::ptrdiff_t>(sockets_.size());
        for (auto& one : associations_) {
            const auto client = (answer++)->revents;
            const auto target = (answer++)->revents;
            one.go_on(client, target);
        }
        associations_.remove_if([](const auto& one) { return one.is_over; });
        for (std::size_t i = 0; i < sockets_.size(); ++i)
            if (ready[i].revents != 0) accept(sockets_[i]);
    }
}

}  // namespace

Result<> relay_associations(const std::vector<int>& sockets, const sockaddr_in& target) {
    sctp_initmsg wish{};
    wish.sinit_num_ostreams = kStreams;
    for (const int socket : sockets) {
        if (!set_option(socket, SCTP_INITMSG, wish))
            return errno_error("setting how many streams there are", errno);
        // An association can be gone again before it is accepted.
        if (::fcntl(socket, F_SETFL, O_NONBLOCK) < 0)
            return errno_error("setting up a socket", errno);
    }
    Relay relay{sockets, target};
    return relay.run();
}

}  // namespace podd::stage1
