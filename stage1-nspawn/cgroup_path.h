// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a process lies in the unified hierarchy.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::stage1 {

inline constexpr std::string_view kCgroups = "/sys/fs/cgroup";

/// "/machine.slice/…" of a folder of /proc, such as "self". Errors: kNotFound: it is gone, or there
/// is no such hierarchy.
base::Result<std::string> cgroup_of(const std::string& process);

}  // namespace podd::stage1
