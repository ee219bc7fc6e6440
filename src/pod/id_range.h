// SPDX-License-Identifier: LGPL-2.1-or-later
// A private range of 65536 ids for a pod, chosen so that systemd-nspawn and podd never give out the
// same one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::pod {

/// A range and the lock that keeps it. The lock is held by the open file description: whoever
/// inherits the descriptor keeps the range, so it is handed to the pod's PID 1.
struct IdRange {
    std::uint32_t base;
    base::UniqueFd lock;
};

/// Bounds and lock files as systemd-nspawn's --private-users=pick. Source: systemd-nspawn(1),
/// /run/systemd/nspawn-uid/.
inline constexpr std::uint32_t kRangeMin = 0x00080000;
inline constexpr std::uint32_t kRangeMax = 0x6FFF0000;

/// Starts with a range derived from `pod`, so that a pod mostly gets the same one, then tries
/// others. Ranges that local users, groups, subuids or subgids lie in are passed over. Errors:
/// kUnavailable when 100 tries found none.
base::Result<IdRange> pick_id_range(std::string_view pod);

/// Whether somebody keeps that range, as a pod does from its preparation to its end.
bool is_range_held(std::uint32_t base);

/// The first id of the range that a name begins its search with.
std::uint32_t first_candidate(std::string_view pod);

/// [first, last] ranges that a passwd(5), group(5) or subuid(5) text occupies. Pure.
struct IdSpan {
    std::uint64_t first;
    std::uint64_t last;
};
std::vector<IdSpan> spans_of_ids(std::string_view text, std::size_t id_field);
std::vector<IdSpan> spans_of_subids(std::string_view text);

}  // namespace podd::pod
