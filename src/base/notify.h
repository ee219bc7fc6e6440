// SPDX-License-Identifier: LGPL-2.1-or-later
// sd_notify(3) without libsystemd: Debian has no static library of it, and what starts a pod links
// none.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::base {

/// Sends `state` ("READY=1\nSTATUS=…") to $NOTIFY_SOCKET; nothing happens when that is unset.
/// Source: sd_notify(3), the protocol under "Notes". Errors: kInvalidArgument, kIo.
Result<> notify(std::string_view state);

/// Returns when the manager has processed all that was sent before. Source: sd_notify_barrier(3).
/// Errors: kIo; kUnavailable when `timeout_msec` passed.
Result<> notify_barrier(int timeout_msec);

/// The same in two steps, for whoever has something to do in between.
class NotifyBarrier {
public:
    static Result<NotifyBarrier> send();
    Result<> wait(int timeout_msec) const;

private:
    UniqueFd end_;  // of a pipe that the manager closes; none when there is no manager
};

}  // namespace podd::base
