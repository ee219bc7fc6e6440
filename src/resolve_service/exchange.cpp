// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exchange.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

namespace podd::resolve_service {

using base::Result;
using resolve::Rcode;

namespace {

constexpr std::uint64_t kMsec = 1000;
// A library waits five seconds until it asks again. Source: resolv.conf(5).
constexpr std::uint64_t kNextDatagramUsec = 1500 * kMsec;
constexpr std::uint64_t kNextStreamUsec = 3000 * kMsec;
constexpr std::size_t kDatagramTries = 3;
constexpr std::size_t kMaxMessage = 65535;

std::uint16_t random_id() {
    std::uint16_t id = 0;
    (void)::getrandom(&id, sizeof id, 0);
    return id;
}

bool is_pending() {
    return errno == EAGAIN || errno == EINTR || errno == EINPROGRESS;
}

std::string with_length(const std::string& message) {
    std::string out;
    out += static_cast<char>(message.size() >> 8U & 0xFFU);
    out += static_cast<char>(message.size() & 0xFFU);
    return out + message;
}

// The next server may know better. Source: a library does the same, resolver(3).
bool is_failure(Rcode code) {
    return code == Rcode::kServerFailure || code == Rcode::kNotImplemented ||
           code == Rcode::kRefused;
}

}  // namespace

Exchange::Exchange(resolve::Query query, std::vector<SocketAddress> servers, Transport transport,
                   Done done)
    : query_{std::move(query)},
      servers_{std::move(servers)},
      transport_{transport},
      done_{std::move(done)},
      max_tries_{transport == Transport::kStream || servers_.empty()
                     ? servers_.size()
                     : std::max(servers_.size(), kDatagramTries)} {}

Exchange::~Exchange() {
    for (auto& attempt : attempts_)
        sd_event_source_disable_unref(attempt.source);
    sd_event_source_disable_unref(timer_);
}

Result<> Exchange::start(sd_event* event) {
    event_ = event;
    const int r = sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, 1, on_time, this);
    if (r < 0) return base::errno_error("adding to the event loop", -r);
    return {};
}

// Who does not answer at once is given up by then.
void Exchange::ask_next() {
    bool asked = false;
    while (!asked && has_tries())
        asked = ask(servers_[tries_++ % servers_.size()]);
    if (!asked && attempts_.empty()) return finish();
    (void)sd_event_source_set_time_relative(
        timer_, transport_ == Transport::kDatagrams ? kNextDatagramUsec : kNextStreamUsec);
    (void)sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT);
}

// A socket of its own, and so a port of its own that the kernel draws: both it and the id would
// have to be guessed.
bool Exchange::ask(const SocketAddress& server) {
    auto& attempt = attempts_.emplace_back(Attempt{*this, {}, nullptr, random_id(), false, {}});
    const bool is_datagram = transport_ == Transport::kDatagrams;
    attempt.socket.reset(
        ::socket(server.storage.ss_family,
                 (is_datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (attempt.socket && connect(attempt, server) &&
        sd_event_add_io(event_, &attempt.source, attempt.socket.get(),
                        is_datagram ? EPOLLIN : EPOLLOUT, on_ready, &attempt) >= 0)
        return true;
    attempts_.pop_back();
    return false;
}

bool Exchange::connect(Attempt& attempt, const SocketAddress& server) {
    if (::connect(attempt.socket.get(), server.get(), server.size) < 0 && !is_pending())
        return false;
    if (transport_ == Transport::kStream) return true;
    const auto message = resolve::with_id(query_.message, attempt.id);
    return ::send(attempt.socket.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0;
}

Exchange::Progress Exchange::proceed(Attempt& attempt) {
    if (transport_ == Transport::kDatagrams) return read_datagram(attempt);
    return attempt.sent ? read_stream(attempt) : send_on_stream(attempt);
}

Exchange::Progress Exchange::read_datagram(Attempt& attempt) {
    std::array<char, kMaxMessage> buffer;  // NOLINT(*-member-init): it is written first
    const auto size = ::recv(attempt.socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) return is_pending() ? Progress::kWaiting : Progress::kFailed;
    const std::string_view message{buffer.data(), static_cast<std::size_t>(size)};
    // A forged one does not keep the true one out.
    if (!is_answer(message, query_, attempt.id)) return Progress::kWaiting;
    attempt.received = message;
    return Progress::kAnswered;
}

// A socket that is new has room for all of it.
Exchange::Progress Exchange::send_on_stream(Attempt& attempt) {
    const auto message = with_length(resolve::with_id(query_.message, attempt.id));
    const auto sent = ::send(attempt.socket.get(), message.data(), message.size(), MSG_NOSIGNAL);
    if (sent < 0 && is_pending()) return Progress::kWaiting;
    if (std::cmp_not_equal(sent, message.size())) return Progress::kFailed;
    attempt.sent = true;
    (void)sd_event_source_set_io_events(attempt.source, EPOLLIN);
    return Progress::kWaiting;
}

Exchange::Progress Exchange::read_stream(Attempt& attempt) {
    std::array<char, 4096> buffer;  // NOLINT(*-member-init): it is written first
    const auto size = ::recv(attempt.socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && is_pending()) return Progress::kWaiting;
    if (size <= 0) return Progress::kFailed;
    auto& received = attempt.received;
    received.append(buffer.data(), static_cast<std::size_t>(size));
    if (received.size() < 2) return Progress::kWaiting;
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(received[0]))
                                   << 8U |
                               static_cast<unsigned char>(received[1]);
    if (received.size() - 2 < length) return Progress::kWaiting;
    received = received.substr(2, length);
    return is_answer(received, query_, attempt.id) ? Progress::kAnswered : Progress::kFailed;
}

void Exchange::take(const std::string& answer) {
    final_ = !is_failure(resolve::code_of(answer));
    if (final_ || answer_.empty()) answer_ = resolve::with_id(answer, query_.id);
}

void Exchange::end(Attempt& attempt) {
    sd_event_source_disable_unref(attempt.source);
    attempts_.remove_if([&](const auto& one) { return &one == &attempt; });
}

void Exchange::finish() {
    if (answer_.empty()) answer_ = error_answer(query_, Rcode::kServerFailure);
    // It may end this object.
    const auto done = std::move(done_);
    done(std::move(answer_));
}

int Exchange::on_ready(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                       void* attempt) {
    auto& mine = *static_cast<Attempt*>(attempt);
    auto& self = mine.exchange;
    const auto progress = self.proceed(mine);
    if (progress == Progress::kWaiting) return 0;
    if (progress == Progress::kAnswered) self.take(mine.received);
    self.end(mine);
    // Not the same one again: it has said what it can say.
    const bool others = self.tries_ < self.servers_.size();
    if (self.final_ || (self.attempts_.empty() && !others))
        self.finish();
    else if (others)
        self.ask_next();
    return 0;
}

int Exchange::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.has_tries())
        exchange.ask_next();
    else
        exchange.finish();
    return 0;
}

}  // namespace podd::resolve_service
