// SPDX-License-Identifier: LGPL-2.1-or-later
// Decimal numbers in text.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace podd::base {

/// The number that `text` is, all of it: digits, with a minus before them where Number is signed.
/// Nothing for anything else, as for what Number cannot hold.
template <std::integral Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const char* begin = text.data();
    const char* end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

}  // namespace podd::base
