// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has to make room where there is a limit for all pods together; pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

namespace podd::resolve {

/// All places are taken, and `asker` wants one more: whoever has most of them gives one up, unless
/// that would leave it with fewer than the asker has. Nothing: the asker gets none. So however many
/// places a few take, others have their share.
template <typename Name, typename Less>
std::optional<Name> gives_up_place(const std::map<Name, std::size_t, Less>& places,
                                   const Name& asker) {
    const auto most = std::max_element(
        places.begin(), places.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; });
    const auto own = places.find(asker);
    const std::size_t with_one_more = (own == places.end() ? 0 : own->second) + 1;
    if (most == places.end() || most->second <= with_one_more) return std::nullopt;
    return most->first;
}

}  // namespace podd::resolve
