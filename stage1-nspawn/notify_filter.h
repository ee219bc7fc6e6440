// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app may say to the service manager. Pure, and without allocation.
#pragma once

#include <cstddef>

namespace podd::stage1 {

/// Keeps the lines of `message` that are allowed, in place, and returns their length: READY=1,
/// RELOADING=1, STOPPING=1, WATCHDOG=1 or trigger, STATUS= without control characters, ERRNO= and
/// MONOTONIC_USEC= with a number, EXTEND_TIMEOUT_USEC= of at most ten minutes. Everything else is
/// left out: MAINPID= above all, and descriptors. Source: sd_notify(3).
std::size_t filter_notification(char* message, std::size_t size);

}  // namespace podd::stage1
