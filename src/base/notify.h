// SPDX-License-Identifier: LGPL-2.1-or-later
// sd_notify(3) without libsystemd: Debian has no static library of it, and what starts a pod links
// none.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::base {

/// A message on its way to the manager.
class SentNotification {
public:
    /// Sends `state` ("READY=1\nSTATUS=…") to $NOTIFY_SOCKET; nothing happens when that is unset.
    /// Source: sd_notify(3), the protocol under "Notes". Errors: kInvalidArgument, kIo.
    static Result<SentNotification> send(std::string_view state);
    /// Returns when the manager has read it. Until then the sender must not end: the manager finds
    /// the unit of a message by a process that it may have reaped before it reads.
    /// Errors: kIo; kUnavailable when `timeout_msec` passed.
    Result<> await_read(int timeout_msec) const;

private:
    UniqueFd socket_;  // the kernel counts what was sent from it and not read; none: no manager
};

/// Sends and does not wait; errors as above. For whoever lives on.
Result<> notify(std::string_view state);

/// Sends what means nothing. The manager processes each message before it reads the next, so when
/// the marker has been read, all that was sent before has been processed: what BARRIER=1 of
/// sd_notify_barrier(3) is for. To close the descriptor that comes with that, the manager of
/// systemd 257 forks and so copies all its memory, in the middle of a pod's start.
Result<SentNotification> send_marker();
Result<> notify_barrier(int timeout_msec);

}  // namespace podd::base
