// SPDX-License-Identifier: LGPL-2.1-or-later
// The metadata service: answers the apps of pods about themselves, each at its pod's own socket.
// It has no rights, and knows of a pod what the pod may know. Source: podd-metadata.service(8).
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include <sys/stat.h>

#include "base/log.h"
#include "fd_store.h"
#include "key.h"
#include "pods.h"

namespace podd::metadata_service {
namespace {

using base::Result;

constexpr int kExitUsage = 2;

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

Result<> serve() {
    auto passed = TRY(passed_fds());
    const char* state = std::getenv("STATE_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    auto key = TRY(signing_key(state == nullptr ? "/var/lib/podd-metadata" : state));
    sd_event* raw = nullptr;
    TRY(check("making an event loop", sd_event_default(&raw)));
    const std::unique_ptr<sd_event, UnrefEvent> event{raw};
    TRY(end_on_signals(raw));
    TRY(check("feeding the watchdog", sd_event_set_watchdog(raw, 1)));
    Pods pods{raw, std::move(key)};
    pods.restore(std::move(passed.offers));
    TRY(pods.listen(std::move(passed.socket)));
    (void)::sd_notify(0, "READY=1");
    const int r = sd_event_loop(raw);
    (void)::sd_notify(0, "STOPPING=1");
    return check("the event loop broke", r);
}

}  // namespace
}  // namespace podd::metadata_service

int main(int argc, char** /*argv*/) {
    using namespace podd;
    if (argc > 1) {
        base::log_line(base::LogLevel::kError, "usage: metadata; see podd-metadata.service(8)");
        return metadata_service::kExitUsage;
    }
    ::umask(0077);
    (void)::signal(SIGPIPE, SIG_IGN);
    const auto done = metadata_service::serve();
    if (done) return EXIT_SUCCESS;
    base::log_line(base::LogLevel::kError, done.error().message());
    return EXIT_FAILURE;
}
