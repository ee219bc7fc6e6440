// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>
#include <variant>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "exchange.h"
#include "metadata/request.h"

namespace podd::metadata_service {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint64_t kSecond = 1'000'000;
// More wait in the socket's queue: a pod that floods the service keeps nobody waiting but itself.
constexpr unsigned kMaxConnections = 16;
constexpr unsigned kIdleSec = 10;
// However often it says something.
constexpr std::uint64_t kMaxConnectionUsec = 60 * kSecond;
constexpr std::size_t kMaxHeadBytes = std::size_t{16} * 1024;

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * kSecond +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(sd_event* event, metadata::ServedPod pod,
                                              std::string_view key, base::UniqueFd listener) {
    std::unique_ptr<Server> server{new Server{std::move(pod), key}};
    TRY(server->listen(std::move(listener)));
    TRY(server->attach(event));
    return server;
}

Server::~Server() {
    sd_event_source_disable_unref(timer_);
    sd_event_source_disable_unref(ready_);
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

Result<> Server::listen(base::UniqueFd listener) {
    // The library owns the socket from here, whatever comes of it.
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL, 0, nullptr, nullptr, on_request, this, MHD_OPTION_LISTEN_SOCKET,
        listener.release(), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
        MHD_OPTION_CONNECTION_TIMEOUT, kIdleSec, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMaxHeadBytes,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, this, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, this, MHD_OPTION_END);
    if (daemon_ == nullptr) return Error{ErrorCode::kIo, "the HTTP server does not start"};
    return {};
}

Result<> Server::attach(sd_event* event) {
    const auto* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == nullptr) return Error{ErrorCode::kIo, "the HTTP server has no descriptor"};
    int r = sd_event_add_io(event, &ready_, info->epoll_fd, EPOLLIN, on_ready, this);
    if (r >= 0) r = sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, 1, on_time, this);
    if (r < 0) return base::errno_error("adding to the event loop", -r);
    return {};
}

void Server::run() {
    const auto now = now_usec();
    end_old_connections(now);
    has_room_ = false;
    (void)MHD_run(daemon_);
    arm(now);
}

// The library sees the end of what comes and closes.
void Server::end_old_connections(std::uint64_t now) {
    for (const auto& [connection, client] : clients_)
        if (client.until_usec <= now) (void)::shutdown(client.fd, SHUT_RDWR);
}

void Server::arm(std::uint64_t now) {
    constexpr std::uint64_t kMsec = 1000;
    // At its limit the library does not look for new ones; when there is room, it does at its next
    // run, which nothing else would bring about.
    std::uint64_t wait_usec = has_room_ ? 0 : UINT64_MAX;
    MHD_UNSIGNED_LONG_LONG msec = 0;
    if (MHD_get_timeout(daemon_, &msec) == MHD_YES)
        wait_usec = std::min(wait_usec, std::uint64_t{msec} * kMsec);
    for (const auto& [connection, client] : clients_)
        wait_usec = std::min(wait_usec, std::max(client.until_usec, now + kSecond) - now);
    const bool any = wait_usec != UINT64_MAX;
    if (any) (void)sd_event_source_set_time_relative(timer_, wait_usec);
    (void)sd_event_source_set_enabled(timer_, any ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

MHD_Result Server::on_request(void* self, MHD_Connection* connection, const char* path,
                              const char* method, const char* /*version*/, const char* data,
                              std::size_t* size, void** exchange) {
    const auto& server = *static_cast<Server*>(self);
    if (*exchange == nullptr) {
        const auto next = metadata::route(metadata::method_of(method), path, server.pod_);
        if (const auto* answer = std::get_if<metadata::Answer>(&next))
            return respond(connection, *answer);
        *exchange = new Exchange{connection, std::get<metadata::FormUse>(next)};
        return MHD_YES;
    }
    auto& form = *static_cast<Exchange*>(*exchange);
    if (*size == 0) return respond(connection, form.finish(server.key_, server.pod_));
    form.take({data, *size});
    *size = 0;
    return MHD_YES;
}

void Server::on_completed(void* /*self*/, MHD_Connection* /*connection*/, void** exchange,
                          MHD_RequestTerminationCode /*code*/) {
    delete static_cast<Exchange*>(std::exchange(*exchange, nullptr));
}

void Server::on_connection(void* self, MHD_Connection* connection, void** /*context*/,
                           MHD_ConnectionNotificationCode code) {
    auto& server = *static_cast<Server*>(self);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        server.clients_.erase(connection);
        server.has_room_ = true;
        return;
    }
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != nullptr)
        server.clients_.insert_or_assign(connection,
                                         Client{info->connect_fd, now_usec() + kMaxConnectionUsec});
}

int Server::on_ready(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                     void* self) {
    static_cast<Server*>(self)->run();
    return 0;
}

int Server::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    static_cast<Server*>(self)->run();
    return 0;
}

}  // namespace podd::metadata_service
