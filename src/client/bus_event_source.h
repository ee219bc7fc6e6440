// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs one sdbus-c++ connection on a program's sd-event loop, without a thread.
#pragma once

#include <memory>

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-event.h>

#include "base/result.h"

namespace podd::client {

class BusEventSource {
public:
    virtual ~BusEventSource() = default;  // detaches

    /// `event` and `bus` must outlive the source. A connection that breaks ends the loop with
    /// -ECONNRESET. Errors: kIo (sd_event_add_*).
    static base::Result<std::unique_ptr<BusEventSource>> attach(sd_event* event,
                                                                sdbus::IConnection& bus);
};

}  // namespace podd::client
