// SPDX-License-Identifier: LGPL-2.1-or-later
// polkit's text agent beside us, so that whoever sits at a terminal can be asked for a password.
#pragma once

#include <sys/types.h>

#include "base/pinned.h"

namespace podd::podctl {

class PolkitAgent : private base::Pinned {
public:
    PolkitAgent() = default;
    ~PolkitAgent();

    /// Does nothing for root, without a terminal, or where there is no agent program. Returns when
    /// the agent is registered. Source: pkttyagent(1).
    void start();

private:
    pid_t pid_ = -1;
};

}  // namespace podd::podctl
