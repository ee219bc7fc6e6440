// SPDX-License-Identifier: LGPL-2.1-or-later
// The event loop of a service that systemd supervises, and what its main() does around it.
#pragma once

#include <memory>

#include <systemd/sd-event.h>

#include "base/result.h"

namespace podd::event {

/// Of a result of libsystemd: below zero it is an errno. Errors: kIo.
base::Result<> check(const char* what, int r);

/// Ends on SIGTERM and SIGINT, and feeds the watchdog of the unit (WatchdogSec=).
/// Source: sd_event_add_signal(3), sd_event_set_watchdog(3).
class ServiceLoop {
public:
    /// From here on both signals are blocked: threads and children are made before. Errors: kIo.
    static base::Result<ServiceLoop> make();

    sd_event* get() const { return event_.get(); }
    /// Tells systemd that the service can be asked. Source: READY=1 in sd_notify(3).
    static void announce_ready();
    /// Returns when the loop is left, and tells systemd so. Errors: kIo, "`broken`: why".
    base::Result<> run(const char* broken = "the event loop broke") const;

private:
    struct Unref {
        void operator()(sd_event* event) const { (void)sd_event_unref(event); }
    };

    explicit ServiceLoop(sd_event* event) : event_{event} {}

    std::unique_ptr<sd_event, Unref> event_;
};

/// main() of a service that takes no options and that a socket of its own starts; the result is its
/// exit status. What it makes is its own, a client that has hung up does not end it, and why it has
/// failed is in the log.
int service_main(int argc, const char* usage, base::Result<> (*serve)());

}  // namespace podd::event
