// SPDX-License-Identifier: LGPL-2.1-or-later
// Sets of small numbers in text, as the kernel writes those of processors.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace podd::base {

/// The largest number of a set. Source: NR_CPUS of the kernel is at most 8192.
inline constexpr unsigned kNumberSetMost = 8191;

/// "0-3,7" as a mask: bit N % 8 of byte N / 8 stands for N; no byte at the end is 0. Nothing for
/// any other text, an empty one too. Source: cpuset(7), "List format".
std::optional<std::vector<std::uint8_t>> parse_number_set(std::string_view text);

/// Whether everything of `set` is in `all`; both are such masks.
bool is_subset(const std::vector<std::uint8_t>& set, const std::vector<std::uint8_t>& all);

}  // namespace podd::base
