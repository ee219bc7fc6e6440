// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes from one descriptor to another, as an event loop carries them.
#pragma once

#include <string>
#include <string_view>

#include <poll.h>

#include "base/unique_fd.h"

namespace podd::podctl {

/// Reads on when all that it has read is written.
class Pump {
public:
    /// Borrows both; what it is to close at its end is given with own().
    Pump(int from, int to) : from_{from}, to_{to} {}
    void own(base::UniqueFd fd) { owned_ = std::move(fd); }

    bool ended() const { return ended_; }
    /// What to wait for. Not after the end.
    pollfd wanted() const;
    /// When `events` have come for it. Returns what was read.
    std::string_view step(short events);

private:
    void end();
    std::string_view read();
    void write();

    int from_;
    int to_;
    base::UniqueFd owned_;
    std::string waiting_;
    bool ended_ = false;
};

}  // namespace podd::podctl
