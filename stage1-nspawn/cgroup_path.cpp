// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cgroup_path.h"

#include <fmt/format.h>

#include "base/file.h"

namespace podd::stage1 {

namespace {
constexpr std::size_t kMaxCgroup = 65536;
}  // namespace

base::Result<std::string> cgroup_of(const std::string& process) {
    const auto text = TRY(base::read_file(fmt::format("/proc/{}/cgroup", process), kMaxCgroup));
    const auto start = text.rfind("0::/");  // of the unified hierarchy. Source: cgroups(7)
    if (start == std::string::npos)
        return base::Error{base::ErrorCode::kNotFound, "this host has no unified cgroup hierarchy"};
    return text.substr(start + 3, text.find('\n', start) - start - 3);
}

}  // namespace podd::stage1
