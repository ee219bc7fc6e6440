// SPDX-License-Identifier: LGPL-2.1-or-later
// podd: answers org.podd1 on the system bus. Source: podd.service(8).
#include <cstdio>
#include <exception>
#include <string_view>

#include <fmt/format.h>
#include <systemd/sd-event.h>

#include <sys/stat.h>

#include "base/log.h"
#include "client/bus_error.h"
#include "client/bus_event_source.h"
#include "client/bus_path.h"
#include "daemon/activity.h"
#include "daemon/log_control.h"
#include "daemon/manager_object.h"
#include "event/service_loop.h"

namespace {

using namespace podd;

constexpr int kExitUsage = 2;
constexpr const char* kHelp =
    "podd [OPTION...]\n"
    "\n"
    "Answers org.podd1 on the system bus. It is started by the first call to that name.\n"
    "\n"
    "Options:\n"
    "  -h --help                    Show this help\n"
    "     --version                 Show the version\n"
    "\n"
    "See the podd.service(8) man page for details.\n";

// Calls that came while the name was given up are answered; one that starts work takes it back.
void leave_when_idle(sd_event* event, sdbus::IConnection& bus, daemon::Activity& activity) {
    bus.releaseName(client::ServiceName{client::kBusName});
    while (client::process_pending(bus)) {
    }
    if (activity.busy())
        bus.requestName(client::ServiceName{client::kBusName});
    else
        static_cast<void>(sd_event_exit(event, 0));
}

base::Result<> serve() {
    const auto loop = TRY(event::ServiceLoop::make());
    sd_event* const raw = loop.get();

    const auto bus = sdbus::createSystemBusConnection();
    const auto attached = TRY(client::BusEventSource::attach(raw, *bus));
    const daemon::LogControl log_control{*bus};
    daemon::Activity activity;
    daemon::ManagerObject manager{raw, *bus, activity};
    TRY(activity.start(raw, [&] { leave_when_idle(raw, *bus, activity); }));

    base::Result<> loaded;
    manager.load([&](const base::Result<>& done) {
        loaded = done;
        if (!done) return static_cast<void>(sd_event_exit(raw, 1));
        bus->requestName(client::ServiceName{client::kBusName});
        event::ServiceLoop::announce_ready();
    });
    auto ended = loop.run("the connection to the bus broke");
    TRY(std::move(loaded));
    return ended;
}

int answer_option(std::string_view option) {
    if (option == "-h" || option == "--help") return std::fputs(kHelp, stdout) < 0 ? 1 : 0;
    if (option == "--version") return std::puts("podd " PODD_VERSION) < 0 ? 1 : 0;
    base::log_line(base::LogLevel::kError, "that option is not known; see podd --help");
    return kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) return answer_option(argv[1]);
    ::umask(0077);
    try {
        const auto done = serve();
        if (done) return 0;
        base::log_line(base::LogLevel::kError, done.error().message());
    } catch (const std::exception& error) {  // sdbus::Error
        base::log_line(base::LogLevel::kError, error.what());
    }
    return 1;
}
