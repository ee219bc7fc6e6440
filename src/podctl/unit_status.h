// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd and machined say of one unit or machine, for podctl status.
#pragma once

#include <cstdint>
#include <string>

#include "client/sdbus_compat.h"
#include "podctl/group_limits.h"

namespace podd::podctl {

struct UnitStatus {
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string result;              // of the service: "success", "exit-code"…
    std::string status_text;         // its last STATUS=
    std::uint64_t changed_usec = 0;  // when it came into this state, CLOCK_REALTIME
    std::uint32_t main_pid = 0;
    std::int32_t exit_code = 0;  // CLD_EXITED…
    std::int32_t exit_status = 0;
    std::uint64_t memory_bytes = UINT64_MAX;  // UINT64_MAX: not known
    std::uint64_t tasks = UINT64_MAX;
    GroupLimits limits;  // of its control group, while there is one
};

/// Of a service, or of a slice, which has only a state and limits.
UnitStatus unit_status(sdbus::IConnection& bus, const std::string& unit);

/// Leader of a machine; 0 when there is none of that name.
std::uint32_t machine_leader(sdbus::IConnection& bus, const std::string& machine);

/// "nginx", of /proc/PID/comm; empty when it has ended.
std::string command_name(std::uint32_t pid);

}  // namespace podd::podctl
