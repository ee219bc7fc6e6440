// SPDX-License-Identifier: LGPL-2.1-or-later
// Limits for people: those in force, and where they are weaker than a pod asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "podctl/group_limits.h"

namespace podd::podctl {

/// As org.podd1 has them in "Limits".
struct AskedLimit {
    std::string property;  // "MemoryMax"
    std::string text;      // path on a device, or numbers of processors
    std::uint64_t number = 0;
};

/// "memory max 64.0M, tasks max 64, CPU 20%"; empty for a group without any.
std::string limits_text(const GroupLimits& group);

/// One sentence for each limit that is weaker than asked for: "MemoryMax is 128.0M, asked for was
/// 64.0M". What the group's controllers do not limit at all is not among them.
std::vector<std::string> weaker_limits(const std::vector<AskedLimit>& asked,
                                       const GroupLimits& group);

}  // namespace podd::podctl
