// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/number_set.h"

#include "base/number.h"

namespace podd::base {

namespace {

void add(std::vector<std::uint8_t>& mask, unsigned number) {
    if (mask.size() <= number / 8) mask.resize(number / 8 + 1);
    mask[number / 8] = static_cast<std::uint8_t>(mask[number / 8] | 1U << number % 8);
}

bool add_range(std::vector<std::uint8_t>& mask, std::string_view text) {
    const auto dash = text.find('-');
    const auto first = parse_number<unsigned>(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : parse_number<unsigned>(text.substr(dash + 1));
    if (!first || !last || *first > *last || *last > kNumberSetMost) return false;
    for (unsigned number = *first; number <= *last; ++number)
        add(mask, number);
    return true;
}

}  // namespace

std::optional<std::vector<std::uint8_t>> parse_number_set(std::string_view text) {
    std::vector<std::uint8_t> mask;
    while (true) {
        const auto comma = text.find(',');
        if (!add_range(mask, text.substr(0, comma))) return std::nullopt;
        if (comma == std::string_view::npos) return mask;
        text.remove_prefix(comma + 1);
    }
}

bool is_subset(const std::vector<std::uint8_t>& set, const std::vector<std::uint8_t>& all) {
    for (std::size_t i = 0; i < set.size(); ++i) {
        const unsigned others = i < all.size() ? all[i] : 0;
        if ((set[i] & ~others) != 0) return false;
    }
    return true;
}

}  // namespace podd::base
