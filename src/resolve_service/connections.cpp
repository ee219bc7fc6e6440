// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connections.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/log.h"
#include "resolve/share.h"

namespace podd::resolve_service {

using base::Result;

namespace {

constexpr std::size_t kMaxClients = 256;
constexpr std::size_t kMaxClientsOfPod = 32;
// For the next query, and for the way of each message.
constexpr std::uint64_t kPatienceUsec = 10'000'000;
constexpr std::size_t kLengthBytes = 2;

bool is_pending() {
    return errno == EAGAIN || errno == EINTR;
}

std::size_t length_of(const std::string& received) {
    return static_cast<std::size_t>(static_cast<unsigned char>(received[0])) << 8U |
           static_cast<unsigned char>(received[1]);
}

}  // namespace

Connections::~Connections() {
    while (!clients_.empty())
        close(clients_.begin()->first);
    sd_event_source_disable_unref(accepting_);
}

Result<> Connections::serve(base::UniqueFd listener) {
    listener_ = std::move(listener);
    const int r = sd_event_add_io(event_, &accepting_, listener_.get(), EPOLLIN, on_client, this);
    if (r < 0) return base::errno_error("adding to the event loop", -r);
    return {};
}

// Where there is none for all pods, some of them keep more than their share.
bool Connections::make_room(const resolve::Address& address) {
    std::map<resolve::Address, std::size_t> streams;
    for (const auto& [number, client] : clients_)
        ++streams[client.address];
    if (streams[address] >= kMaxClientsOfPod) return false;
    if (clients_.size() < kMaxClients) return true;
    const auto other = resolve::gives_up_place(streams, address);
    if (!other) return false;
    const auto oldest = std::ranges::find_if(
        clients_, [&](const auto& one) { return one.second.address == *other; });
    close(oldest->first);
    return true;
}

// Who is no pod, or one too many, is hung up on.
Result<> Connections::accept_next() {
    SocketAddress from;
    base::UniqueFd socket{
        ::accept4(listener_.get(), from.get(), &from.size, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!socket && (is_pending() || errno == ECONNABORTED)) return {};
    if (!socket) return base::errno_error("accepting", errno);
    const auto address = from.address();
    if (!address || !resolver_.is_pod({*address, 0}) || !make_room(*address)) return {};
    const auto number = ++last_number_;
    auto& client =
        clients_
            .emplace(
                number,
                Client{*this, number, std::move(socket), *address, nullptr, nullptr, {}, {}, false})
            .first->second;
    if (!watch(client)) close(number);
    return {};
}

bool Connections::watch(Client& client) {
    return sd_event_add_io(event_, &client.source, client.socket.get(), EPOLLIN, on_ready,
                           &client) >= 0 &&
           sd_event_add_time_relative(event_, &client.timer, CLOCK_MONOTONIC, kPatienceUsec, 0,
                                      on_time, &client) >= 0;
}

// One query at a time: the next one stays in the socket.
void Connections::want(Client& client) {
    std::uint32_t wanted = 0;
    if (!client.waits) wanted = client.to_send.empty() ? EPOLLIN : EPOLLOUT;
    (void)sd_event_source_set_io_events(client.source, wanted);
    (void)sd_event_source_set_time_relative(client.timer, kPatienceUsec);
    (void)sd_event_source_set_enabled(client.timer, SD_EVENT_ONESHOT);
}

bool Connections::read(Client& client) {
    std::array<char, resolve::kMaxQuery + kLengthBytes>
        buffer;  // NOLINT(*-member-init): it is written first
    const auto size = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) return is_pending();
    if (size == 0) return false;
    client.received.append(buffer.data(), static_cast<std::size_t>(size));
    return ask_next(client);
}

// False: the client is to go.
bool Connections::ask_next(Client& client) {
    if (client.received.size() < kLengthBytes) return true;
    const auto length = length_of(client.received);
    if (length > resolve::kMaxQuery) return false;
    if (client.received.size() - kLengthBytes < length) return true;
    const auto message = client.received.substr(kLengthBytes, length);
    client.received.erase(0, kLengthBytes + length);
    client.waits = true;
    want(client);
    // It may be answered, and gone, when this returns.
    resolver_.ask(
        message, {client.address, 0}, Transport::kStream,
        [this, number = client.number](const std::string& said) { answer(number, said); });
    return true;
}

void Connections::answer(std::uint64_t number, const std::string& answer) {
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    if (answer.empty()) return close(number);
    auto& client = found->second;
    client.waits = false;
    client.to_send += static_cast<char>(answer.size() >> 8U & 0xFFU);
    client.to_send += static_cast<char>(answer.size() & 0xFFU);
    client.to_send += answer;
    want(client);
}

bool Connections::write(Client& client) {
    const auto sent = ::send(client.socket.get(), client.to_send.data(), client.to_send.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return is_pending();
    client.to_send.erase(0, static_cast<std::size_t>(sent));
    want(client);
    // It may have sent the next one with the one before.
    return !client.to_send.empty() || ask_next(client);
}

void Connections::close(std::uint64_t number) {
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    sd_event_source_disable_unref(found->second.source);
    sd_event_source_disable_unref(found->second.timer);
    clients_.erase(found);
}

int Connections::on_client(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                           void* self) {
    if (const auto done = static_cast<Connections*>(self)->accept_next(); !done)
        base::log_line(base::LogLevel::kError, done.error().message());
    return 0;
}

int Connections::on_ready(sd_event_source* /*source*/, int /*fd*/, std::uint32_t events,
                          void* client) {
    auto& mine = *static_cast<Client*>(client);
    auto& self = mine.connections;
    const auto number = mine.number;
    // Broken while it waits: it would say so for ever.
    const bool broken = mine.waits && (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (broken || !(mine.to_send.empty() ? self.read(mine) : self.write(mine))) self.close(number);
    return 0;
}

int Connections::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* client) {
    auto& mine = *static_cast<Client*>(client);
    mine.connections.close(mine.number);
    return 0;
}

}  // namespace podd::resolve_service
