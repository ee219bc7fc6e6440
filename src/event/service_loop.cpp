// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/service_loop.h"

#include <csignal>
#include <cstdlib>

#include <systemd/sd-daemon.h>

#include <sys/stat.h>

#include "base/log.h"

namespace podd::event {

using base::Result;

namespace {

constexpr int kExitUsage = 2;

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

}  // namespace

Result<> check(const char* what, int r) {
    if (r < 0) return base::errno_error(what, -r);
    return {};
}

Result<ServiceLoop> ServiceLoop::make() {
    sd_event* event = nullptr;
    TRY(check("making an event loop", sd_event_default(&event)));
    ServiceLoop loop{event};
    TRY(end_on_signals(event));
    TRY(check("feeding the watchdog", sd_event_set_watchdog(event, 1)));
    return loop;
}

void ServiceLoop::announce_ready() {
    (void)::sd_notify(0, "READY=1");
}

Result<> ServiceLoop::run(const char* broken) const {
    const int r = sd_event_loop(get());
    (void)::sd_notify(0, "STOPPING=1");
    return check(broken, r);
}

int service_main(int argc, const char* usage, Result<> (*serve)()) {
    if (argc > 1) {
        base::log_line(base::LogLevel::kError, usage);
        return kExitUsage;
    }
    ::umask(0077);
    (void)::signal(SIGPIPE, SIG_IGN);
    const auto done = serve();
    if (done) return EXIT_SUCCESS;
    base::log_line(base::LogLevel::kError, done.error().message());
    return EXIT_FAILURE;
}

}  // namespace podd::event
