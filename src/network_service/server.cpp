// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"

#include <cerrno>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket_message.h"

namespace podd::network_service {

using base::Result;
using base::UniqueFd;
using network::Reply;
using network::Request;

namespace {

constexpr std::uint64_t kIdleUsec = 30'000'000;
constexpr std::uint64_t kRefusingIdleUsec = 1'000'000;
// More wait in the queue of the socket.
constexpr std::size_t kMaxClients = 500;

Result<Connected> not_connected(const Result<>& done) {
    if (!done) return done.error();
    return Connected{};
}

}  // namespace

Server::~Server() {
    for (auto& [fd, client] : clients_)
        sd_event_source_disable_unref(client.source);
    sd_event_source_disable_unref(idle_);
    sd_event_source_disable_unref(forget_);
    sd_event_source_disable_unref(accepting_);
}

Result<> Server::listen(UniqueFd socket) {
    socket_ = std::move(socket);
    int r = sd_event_add_io(event_, &accepting_, socket_.get(), EPOLLIN, on_client, this);
    if (r >= 0) r = sd_event_add_time(event_, &idle_, CLOCK_MONOTONIC, 0, 0, on_idle, this);
    if (r >= 0) r = sd_event_add_defer(event_, &forget_, on_forget, this);
    // When there is nothing else to do: of many pods that end, all at once.
    if (r >= 0) r = sd_event_source_set_priority(forget_, SD_EVENT_PRIORITY_IDLE);
    if (r < 0) return base::errno_error("adding to the event loop", -r);
    wait_for_requests();
    forget_flows_later();  // a source is on when it is made
    return {};
}

Reply Server::reply_to(const Request& request, std::vector<UniqueFd> fds) {
    if (!connector_) return {connector_.error().message(), 0, {}, {}};
    const bool connect = request.verb == Request::Verb::kConnect;
    if (fds.size() != (connect ? 1U : 0U))
        return {"the request has no socket of the pod", 0, {}, {}};
    const bool rules = request.verb == Request::Verb::kRules;
    const auto done = connect ? connector_->connect(request, std::move(fds.front()))
                              : not_connected(rules ? connector_->make_rules()
                                                    : connector_->disconnect(request.pod));
    if (done) return {{}, done->interface, done->unlimited, done->gateway, done->domains};
    return {done.error().message(), 0, {}, {}};
}

Result<> Server::accept_next() {
    UniqueFd connection{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!connection) return base::errno_error("accepting", errno);
    const int fd = connection.get();
    auto& client = clients_[fd];
    client.connection = std::move(connection);
    const int r = sd_event_add_io(event_, &client.source, fd, EPOLLIN, on_request, this);
    if (r >= 0) return {};
    clients_.erase(fd);
    return base::errno_error("waiting for a request", -r);
}

Result<> Server::answer(int connection) {
    auto message = TRY(base::receive_message(connection, network::kMaxMessage, 1));
    // A start that went wrong before it could ask.
    if (message.text.empty()) return {};
    const auto request = TRY(network::parse_request(message.text));
    if (request.verb == Request::Verb::kList) return answer_list(connection);
    return base::send_message(connection, to_text(reply_to(request, std::move(message.fds))), {});
}

// One message could not hold it.
Result<> Server::answer_list(int connection) {
    const auto refuse = [&](const base::Error& error) {
        return base::send_message(connection, to_text(Reply{error.message(), 0, {}, {}}), {});
    };
    if (!connector_) return refuse(connector_.error());
    const auto links = connector_->list();
    if (!links) return refuse(links.error());
    const UniqueFd file{::memfd_create("podd-links", MFD_CLOEXEC)};
    if (!file) return base::errno_error("making a memory file", errno);
    TRY(base::write_all(file.get(), to_text(*links)));
    if (::lseek(file.get(), 0, SEEK_SET) < 0) return base::errno_error("rewinding it", errno);
    return base::send_message(connection, to_text(Reply{}), {file.get()});
}

void Server::wait_for_requests() {
    (void)sd_event_source_set_enabled(accepting_,
                                      clients_.size() < kMaxClients ? SD_EVENT_ON : SD_EVENT_OFF);
    (void)sd_event_source_set_time_relative(idle_, connector_ ? kIdleUsec : kRefusingIdleUsec);
    (void)sd_event_source_set_enabled(idle_, clients_.empty() ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

void Server::forget_flows_later() {
    (void)sd_event_source_set_enabled(
        forget_, connector_ && connector_->has_flows_to_forget() ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

int Server::on_client(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                      void* self) {
    auto& server = *static_cast<Server*>(self);
    if (const auto done = server.accept_next(); !done)
        base::log_line(base::LogLevel::kError, done.error().message());
    server.wait_for_requests();
    return 0;
}

int Server::on_request(sd_event_source* source, int fd, std::uint32_t /*events*/, void* self) {
    auto& server = *static_cast<Server*>(self);
    if (const auto done = server.answer(fd); !done)
        base::log_line(base::LogLevel::kError,
                       fmt::format("a request was not answered: {}", done.error().message()));
    sd_event_source_disable_unref(source);
    server.clients_.erase(fd);
    server.wait_for_requests();
    server.forget_flows_later();
    return 0;
}

int Server::on_forget(sd_event_source* /*source*/, void* self) {
    // Their addresses stay taken where it fails.
    if (const auto done = static_cast<Server*>(self)->connector_->forget_flows(); !done)
        base::log_line(base::LogLevel::kError, fmt::format("forgetting connections of pods that "
                                                           "have ended: {}",
                                                           done.error().message()));
    return 0;
}

int Server::on_idle(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    return sd_event_exit(static_cast<Server*>(self)->event_, 0);
}

}  // namespace podd::network_service
