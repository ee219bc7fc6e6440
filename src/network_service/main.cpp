// SPDX-License-Identifier: LGPL-2.1-or-later
// The network of pods: makes and removes links, addresses and rules, as starts and ends of pods ask
// for. Of root's rights it has CAP_NET_ADMIN alone. Source: podd.network(5).
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <systemd/sd-id128.h>

#include <sys/stat.h>

#include "base/log.h"
#include "network/settings.h"
#include "server.h"

namespace podd::network_service {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kExitUsage = 2;
// What the prefix of unique local addresses is derived with from the machine id. Never to change.
constexpr sd_id128_t kPrefixId =
    SD_ID128_MAKE(6e, 1c, 5a, 0f, 93, d7, 4b, 2e, a8, 40, 7b, c5, 12, 9d, e6, 31);

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

Result<network::Pool> own_pool() {
    sd_id128_t id{};
    TRY(check("reading the machine id", sd_id128_get_machine_app_specific(kPrefixId, &id)));
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(id.bytes, bytes.size(), bytes.begin());
    return network::pool_of(bytes);
}

Result<base::UniqueFd> passed_socket() {
    if (::sd_listen_fds(1) != 1)
        return Error{ErrorCode::kInvalidArgument,
                     "it is started by podd-network.socket, with one socket"};
    return base::UniqueFd{SD_LISTEN_FDS_START};
}

Result<> serve() {
    auto socket = TRY(passed_socket());
    const char* folder = std::getenv("RUNTIME_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    const auto pool = TRY(own_pool());
    auto connector = TRY(Connector::start(network::read_settings(pool), {pool, true},
                                          folder == nullptr ? "/run/podd/network" : folder));
    sd_event* raw = nullptr;
    TRY(check("making an event loop", sd_event_default(&raw)));
    const std::unique_ptr<sd_event, UnrefEvent> event{raw};
    TRY(end_on_signals(raw));
    TRY(check("feeding the watchdog", sd_event_set_watchdog(raw, 1)));
    Server server{raw, std::move(connector)};
    TRY(server.listen(std::move(socket)));
    (void)::sd_notify(0, "READY=1");
    const int r = sd_event_loop(raw);
    (void)::sd_notify(0, "STOPPING=1");
    return check("the event loop broke", r);
}

}  // namespace
}  // namespace podd::network_service

int main(int argc, char** /*argv*/) {
    using namespace podd;
    if (argc > 1) {
        base::log_line(base::LogLevel::kError, "usage: network; see podd.network(5)");
        return network_service::kExitUsage;
    }
    ::umask(0077);
    (void)::signal(SIGPIPE, SIG_IGN);
    const auto done = network_service::serve();
    if (done) return EXIT_SUCCESS;
    base::log_line(base::LogLevel::kError, done.error().message());
    return EXIT_FAILURE;
}
