// SPDX-License-Identifier: LGPL-2.1-or-later
// Signals to whoever listens.
#pragma once

#include "client/bus_error.h"

namespace podd::daemon {

/// Runs a step that emits signals. Objects also come and go when the bus is closing; nobody hears
/// them then, and that is no error.
template <typename Step>
void announce(Step step) {
    static_cast<void>(client::guarded(step));
}

}  // namespace podd::daemon
