// SPDX-License-Identifier: LGPL-2.1-or-later
#include "datagram_relay.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kIdle{60};
// Who asks when there are more takes the place of who has been silent for longest.
constexpr std::size_t kMaxClients = 1024;
constexpr std::size_t kMaxDatagram = 65535;
// Of one socket, until the others have their turn.
constexpr int kBurst = 64;

// Who sent a datagram and to which address of the host, as the kernel has said it: an answer is
// sent with the same. Source: ip(7), IP_PKTINFO; ipv6(7), IPV6_PKTINFO.
struct Client {
    int socket = -1;
    std::string address;
    std::string control;
    auto operator<=>(const Client&) const = default;
};

struct Link {
    UniqueFd to_target;
    Clock::time_point last;
};

class Relay {
public:
    Relay(const std::vector<int>& sockets, const sockaddr_in& target)
        : sockets_{sockets}, target_{target} {}

    Result<> run();

private:
    std::vector<pollfd> waits() const;
    Result<> wait(std::vector<pollfd>& waits) const;
    bool forget_silent();
    void hear_client(int socket);
    bool take_from_client(int socket);
    void hear_target(const Client& client, Link& link);
    Link* link_of(const Client& client);

    std::vector<int> sockets_;
    sockaddr_in target_;
    std::map<Client, Link> links_;
    std::array<char, kMaxDatagram> datagram_{};
};

std::vector<pollfd> Relay::waits() const {
    std::vector<pollfd> waits;
    waits.reserve(sockets_.size() + links_.size());
    for (const int socket : sockets_)
        waits.push_back({socket, POLLIN, 0});
    for (const auto& [client, link] : links_)
        waits.push_back({link.to_target.get(), POLLIN, 0});
    return waits;
}

Result<> Relay::wait(std::vector<pollfd>& waits) const {
    auto first = Clock::now();
    for (const auto& [client, link] : links_)
        first = std::min(first, link.last);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first + kIdle - Clock::now());
    if (::poll(waits.data(), waits.size(), std::max(0, static_cast<int>(left.count()))) < 0)
        return errno_error("waiting for datagrams", errno);
    return {};
}

// Whether anybody is left.
bool Relay::forget_silent() {
    const auto now = Clock::now();
    std::erase_if(links_, [&](const auto& entry) { return now - entry.second.last >= kIdle; });
    return !links_.empty();
}

Link* Relay::link_of(const Client& client) {
    if (const auto known = links_.find(client); known != links_.end()) return &known->second;
    UniqueFd to_target{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!to_target ||
        ::connect(to_target.get(), reinterpret_cast<const sockaddr*>(&target_), sizeof target_) < 0)
        return nullptr;
    if (links_.size() >= kMaxClients)
        links_.erase(std::min_element(
            links_.begin(), links_.end(),
            [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
    return &links_.emplace(client, Link{std::move(to_target), Clock::now()}).first->second;
}

// False where there is none.
bool Relay::take_from_client(int socket) {
    sockaddr_storage from{};
    iovec text{datagram_.data(), datagram_.size()};
    alignas(cmsghdr) std::array<char, 128> control{};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t n = ::recvmsg(socket, &message, MSG_DONTWAIT);
    if (n < 0) return false;
    auto* link = link_of({socket,
                          {reinterpret_cast<const char*>(&from), message.msg_namelen},
                          {control.data(), message.msg_controllen}});
    if (link == nullptr) return true;
    link->last = Clock::now();
    (void)::send(link->to_target.get(), datagram_.data(), static_cast<std::size_t>(n),
                 MSG_NOSIGNAL);
    return true;
}

void Relay::hear_client(int socket) {
    for (int i = 0; i < kBurst && take_from_client(socket); ++i) {
    }
}

// Where nobody listens it is an error, which goes by. The relay stays: its next start would end as
// soon, and systemd gives up what it starts too often.
void Relay::hear_target(const Client& client, Link& link) {
    for (int i = 0; i < kBurst; ++i) {
        const ssize_t n = ::recv(link.to_target.get(), datagram_.data(), datagram_.size(), 0);
        if (n < 0) return;
        link.last = Clock::now();
        auto address = client.address;
        alignas(cmsghdr) std::array<char, 128> control{};
        std::memcpy(control.data(), client.control.data(), client.control.size());
        iovec text{datagram_.data(), static_cast<std::size_t>(n)};
        msghdr message{};
        message.msg_name = address.data();
        message.msg_namelen = static_cast<socklen_t>(address.size());
        message.msg_iov = &text;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = client.control.size();
        (void)::sendmsg(client.socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

Result<> Relay::run() {
    do {
        auto ready = waits();
        TRY(wait(ready));
        // As they were when the list was made; a client that is heard may take another's place.
        auto answer = ready.begin() + static_cast<std::ptrdiff_t>(sockets_.size());
        for (auto& [client, link] : links_)
            if ((answer++)->revents != 0) hear_target(client, link);
        for (std::size_t i = 0; i < sockets_.size(); ++i)
            if (ready[i].revents != 0) hear_client(sockets_[i]);
    } while (forget_silent());
    return {};
}

Result<> tell_addresses(int socket) {
    int family = 0;
    socklen_t size = sizeof family;
    if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0)
        return errno_error("asking for the family of a socket", errno);
    constexpr int kOn = 1;
    const bool is_ipv6 = family == AF_INET6;
    if (::setsockopt(socket, is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
                     is_ipv6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &kOn, sizeof kOn) < 0)
        return errno_error("asking for the addresses of datagrams", errno);
    return {};
}

}  // namespace

Result<> relay_datagrams(const std::vector<int>& sockets, const sockaddr_in& target) {
    for (const int socket : sockets)
        TRY(tell_addresses(socket));
    Relay relay{sockets, target};
    return relay.run();
}

}  // namespace podd::stage1
