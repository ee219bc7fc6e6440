// SPDX-License-Identifier: LGPL-2.1-or-later
// The unit of this process.
#pragma once

#include <string>
#include <string_view>

namespace podd::base {

/// The service that a process of this control group, as /proc/PID/cgroup says it, belongs to; empty
/// when there is none. Source: cgroups(7).
std::string service_of_cgroup(std::string_view text);

/// The caller's. journald asks for it: an entry of a process that is gone by the time it is read
/// can be put to the unit only by this. Empty as well where /proc does not tell.
std::string own_unit();

}  // namespace podd::base
