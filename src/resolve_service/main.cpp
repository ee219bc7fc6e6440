// SPDX-License-Identifier: LGPL-2.1-or-later
// The server of names that pods with a link to the host ask. It needs no right at all: systemd has
// opened its sockets. Source: podd.network(5).
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <utility>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include <sys/socket.h>

#include "base/log.h"
#include "connections.h"
#include "datagrams.h"
#include "resolver.h"

namespace podd::resolve_service {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kExitUsage = 2;
constexpr std::uint64_t kIdleUsec = 30'000'000;
constexpr const char* kRecords = "/run/podd/network";

struct UnrefEvent {
    void operator()(sd_event* event) const { (void)sd_event_unref(event); }
};

Result<> check(const char* what, int r) {
    if (r < 0) return base::errno_error(what, -r);
    return {};
}

Result<> end_on_signals(sd_event* event) {
    sigset_t signals;
    (void)::sigemptyset(&signals);
    (void)::sigaddset(&signals, SIGTERM);
    (void)::sigaddset(&signals, SIGINT);
    (void)::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    TRY(check("waiting for SIGTERM",
              sd_event_add_signal(event, nullptr, SIGTERM, nullptr, nullptr)));
    return check("waiting for SIGINT",
                 sd_event_add_signal(event, nullptr, SIGINT, nullptr, nullptr));
}

struct Sockets {
    base::UniqueFd datagrams;
    base::UniqueFd stream;
};

Result<Sockets> passed_sockets() {
    Sockets sockets;
    const int count = ::sd_listen_fds(1);
    for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
        if (::sd_is_socket(fd, AF_UNSPEC, SOCK_DGRAM, -1) > 0) sockets.datagrams.reset(fd);
        if (::sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0) sockets.stream.reset(fd);
    }
    if (count != 2 || !sockets.datagrams || !sockets.stream)
        return Error{ErrorCode::kInvalidArgument,
                     "it is started by podd-resolve.socket, with one socket for datagrams and one "
                     "for streams"};
    return sockets;
}

// What there is, and whether anybody has asked since it was last looked at.
struct Service {
    sd_event* event;
    Resolver& resolver;
    Connections& connections;
    std::uint64_t seen = 0;
};

int on_idle_time(sd_event_source* source, std::uint64_t /*usec*/, void* data) {
    auto& service = *static_cast<Service*>(data);
    const auto asked = service.resolver.asked();
    if (asked == service.seen && !service.resolver.is_busy() && !service.connections.is_busy())
        return sd_event_exit(service.event, 0);
    service.seen = asked;
    (void)sd_event_source_set_time_relative(source, kIdleUsec);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

Result<> serve() {
    auto sockets = TRY(passed_sockets());
    sd_event* raw = nullptr;
    TRY(check("making an event loop", sd_event_default(&raw)));
    const std::unique_ptr<sd_event, UnrefEvent> event{raw};
    TRY(end_on_signals(raw));
    TRY(check("feeding the watchdog", sd_event_set_watchdog(raw, 1)));
    auto records = TRY(PodRecords::open(kRecords));
    Resolver resolver{raw, std::move(records)};
    Datagrams datagrams{resolver};
    TRY(datagrams.serve(raw, std::move(sockets.datagrams)));
    Connections connections{raw, resolver};
    TRY(connections.serve(std::move(sockets.stream)));
    Service service{raw, resolver, connections};
    TRY(check("waiting", sd_event_add_time_relative(raw, nullptr, CLOCK_MONOTONIC, kIdleUsec, 0,
                                                    on_idle_time, &service)));
    (void)::sd_notify(0, "READY=1");
    const int r = sd_event_loop(raw);
    (void)::sd_notify(0, "STOPPING=1");
    return check("the event loop broke", r);
}

}  // namespace
}  // namespace podd::resolve_service

int main(int argc, char** /*argv*/) {
    using namespace podd;
    if (argc > 1) {
        base::log_line(base::LogLevel::kError, "usage: resolve; see podd.network(5)");
        return resolve_service::kExitUsage;
    }
    (void)::signal(SIGPIPE, SIG_IGN);
    const auto done = resolve_service::serve();
    if (done) return EXIT_SUCCESS;
    base::log_line(base::LogLevel::kError, done.error().message());
    return EXIT_FAILURE;
}
