// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/own_unit.h"

#include "base/file.h"

namespace podd::base {

namespace {
constexpr std::size_t kMaxCgroup = 65536;
}  // namespace

std::string service_of_cgroup(std::string_view text) {
    constexpr std::string_view kService = ".service";
    const auto end = text.rfind(kService);
    if (end == std::string_view::npos) return {};
    const auto start = text.rfind('/', end) + 1;
    return std::string{text.substr(start, end + kService.size() - start)};
}

std::string own_unit() {
    const auto text = read_file("/proc/self/cgroup", kMaxCgroup);
    return text ? service_of_cgroup(*text) : std::string{};
}

}  // namespace podd::base
