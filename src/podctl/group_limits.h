// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel holds a control group to, and what it had to end there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace podd::podctl {

/// Limits by the names that systemd's bus has for them; none for what the group's controllers do
/// not limit. UINT64_MAX: no bound.
struct GroupLimits {
    std::map<std::string, std::uint64_t> numbers;  // "MemoryMax"
    struct NumberSet {
        std::string allowed;    // "0-3"
        bool narrowed = false;  // by this group itself
    };
    std::map<std::string, NumberSet> number_sets;  // "AllowedCPUs"
    /// Of block devices: "IOReadBandwidthMax" → device ("254:0") and number.
    std::map<std::string, std::vector<std::pair<std::string, std::uint64_t>>> devices;
    bool limits_devices = false;  // it has the controller for that
    std::uint64_t oom_kills = 0;  // processes that were killed for want of memory
};

/// Of the group at `folder`; nothing where there is none. Source: the kernel's
/// Documentation/admin-guide/cgroup-v2.rst.
GroupLimits read_group_limits(const std::string& folder);

}  // namespace podd::podctl
