// SPDX-License-Identifier: LGPL-2.1-or-later
// The server of names that pods with a link to the host ask. It needs no right at all: systemd has
// opened its sockets. Source: podd.network(5).
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include <sys/socket.h>

#include "base/log.h"
#include "connections.h"
#include "datagrams.h"
#include "event/service_loop.h"
#include "network/settings.h"
#include "resolver.h"

namespace podd::resolve_service {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kIdleUsec = 30'000'000;
constexpr const char* kRecords = "/run/podd/network";

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

// Where nobody knows whom the administrator wants to be asked, the host's servers may be the wrong
// ones: then nobody is, and pods resolve the names of pods alone.
std::optional<std::vector<std::string>> own_servers() {
    auto settings = network::read_settings({});
    if (!settings) {
        base::log_line(
            base::LogLevel::kError,
            fmt::format("{}: pods resolve no names but those of pods", settings.error().message()));
        return std::vector<std::string>{};
    }
    if (settings->servers.empty()) return std::nullopt;
    return std::move(settings->servers);
}

Result<> serve() {
    auto sockets = TRY(passed_sockets());
    const auto loop = TRY(event::ServiceLoop::make());
    auto records = TRY(PodRecords::open(kRecords));
    Resolver resolver{loop.get(), std::move(records), own_servers()};
    Datagrams datagrams{resolver};
    TRY(datagrams.serve(loop.get(), std::move(sockets.datagrams)));
    Connections connections{loop.get(), resolver};
    TRY(connections.serve(std::move(sockets.stream)));
    Service service{loop.get(), resolver, connections};
    TRY(event::check("waiting", sd_event_add_time_relative(loop.get(), nullptr, CLOCK_MONOTONIC,
                                                           kIdleUsec, 0, on_idle_time, &service)));
    event::ServiceLoop::announce_ready();
    return loop.run();
}

}  // namespace
}  // namespace podd::resolve_service

int main(int argc, char** /*argv*/) {
    return podd::event::service_main(argc, "usage: resolve; see podd.network(5)",
                                     podd::resolve_service::serve);
}
