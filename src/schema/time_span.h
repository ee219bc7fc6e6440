// SPDX-License-Identifier: LGPL-2.1-or-later
// Time spans as systemd writes them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace podd::schema {

inline constexpr std::uint64_t kInfinity = UINT64_MAX;

/// Microseconds of "5", "0.5", "1min 30s" or "infinity" (kInfinity); a number without a unit counts
/// seconds. Units: us, ms, s, m, min, h, d and their longer names. Errors: kInvalidArgument.
/// Source: systemd.time(7) "Parsing Time Spans".
base::Result<std::uint64_t> parse_time_span(std::string_view text);

}  // namespace podd::schema
