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

/// Returns when the manager has processed all that was sent before, as sd_notify_barrier(3) does.
/// Not by its protocol: the manager of systemd 257 forks, and so copies all its memory, to close
/// the descriptor that comes with BARRIER=1, which takes longer than all the rest of a start's
/// messages. It reads them in order and processes each before it reads the next, so a message that
/// says nothing has been read when those before it are processed.
/// Errors: kIo; kUnavailable when `timeout_msec` passed.
Result<> notify_barrier(int timeout_msec);

/// The same in two steps, for whoever has something to do in between.
class NotifyBarrier {
public:
    static Result<NotifyBarrier> send();
    Result<> wait(int timeout_msec) const;

private:
    UniqueFd socket_;  // what was sent from it and not yet read is counted; none without a manager
};

}  // namespace podd::base
