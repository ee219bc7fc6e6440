// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/human.h"

#include <string_view>

#include <fmt/format.h>

namespace podd::podctl {

std::string human_bytes(std::uint64_t bytes) {
    static constexpr std::string_view kUnits = "BKMGTPE";
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return unit == 0 ? fmt::format("{}B", bytes) : fmt::format("{:.1f}{}", value, kUnits[unit]);
}

}  // namespace podd::podctl
