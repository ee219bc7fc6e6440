// SPDX-License-Identifier: LGPL-2.1-or-later
// Text forms of the values that stand in a unit::Setting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::unit {

inline constexpr std::uint64_t kInfinity = UINT64_MAX;

/// "90s", "100ms", "5us" or "infinity". Source: systemd.time(7).
std::string duration_text(std::uint64_t usec);
/// Reads what duration_text() writes. Errors: kInvalidArgument.
base::Result<std::uint64_t> duration_usec(std::string_view text);

/// Share of CPU time from thousandths of a core: 1500 is "150%", 1 is "0.1%".
std::string quota_text(std::uint64_t milli_cores);
/// Microseconds of CPU time per second. Errors: kInvalidArgument, also for nothing at all.
base::Result<std::uint64_t> quota_usec_per_sec(std::string_view text);

/// "SIGTERM", "SIGRTMIN+4". `signal` must be one of signal(7).
std::string signal_text(int signal);
/// Errors: kInvalidArgument.
base::Result<int> signal_number(std::string_view text);

/// A whole number without sign; "infinity" is kInfinity. Errors: kInvalidArgument.
base::Result<std::uint64_t> number(std::string_view text);

}  // namespace podd::unit
