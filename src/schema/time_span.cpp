// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/time_span.h"

#include <algorithm>
#include <array>
#include <optional>

#include "schema/json_node.h"

namespace podd::schema {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t usec;
};

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::array kUnits{
    Unit{"", kSecond},
    Unit{"us", 1},
    Unit{"usec", 1},
    Unit{"ms", 1000},
    Unit{"msec", 1000},
    Unit{"s", kSecond},
    Unit{"sec", kSecond},
    Unit{"second", kSecond},
    Unit{"seconds", kSecond},
    Unit{"m", 60 * kSecond},
    Unit{"min", 60 * kSecond},
    Unit{"minute", 60 * kSecond},
    Unit{"minutes", 60 * kSecond},
    Unit{"h", 3600 * kSecond},
    Unit{"hr", 3600 * kSecond},
    Unit{"hour", 3600 * kSecond},
    Unit{"hours", 3600 * kSecond},
    Unit{"d", 86400 * kSecond},
    Unit{"day", 86400 * kSecond},
    Unit{"days", 86400 * kSecond},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

template <typename Is>
std::string_view take_while(std::string_view& text, Is is) {
    const auto end = std::find_if_not(text.begin(), text.end(), is);
    const auto head = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(head.size());
    return head;
}

void skip_blanks(std::string_view& text) {
    (void)take_while(text, [](char c) { return c == ' ' || c == '\t'; });
}

// One "1.5h"; at most ten digits before and six behind the point, so that nothing overflows.
std::optional<std::uint64_t> take_part(std::string_view& text) {
    const auto whole = take_while(text, is_digit);
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_while(text, is_digit);
        if (fraction.empty()) return std::nullopt;
    }
    if (whole.empty() || whole.size() > 10 || fraction.size() > 6) return std::nullopt;
    skip_blanks(text);
    const auto name = take_while(text, is_letter);
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const Unit& one) { return one.name == name; });
    if (unit == kUnits.end()) return std::nullopt;
    std::uint64_t count = 0;
    for (const char c : whole)
        count = count * 10 + static_cast<std::uint64_t>(c - '0');
    std::uint64_t usec = 0;
    if (__builtin_mul_overflow(count, unit->usec, &usec)) return std::nullopt;
    std::uint64_t rest = 0;  // millionths of the unit
    for (std::size_t i = 0; i < 6; ++i)
        rest =
            rest * 10 + (i < fraction.size() ? static_cast<std::uint64_t>(fraction[i] - '0') : 0);
    if (__builtin_add_overflow(usec, rest * unit->usec / 1'000'000, &usec)) return std::nullopt;
    return usec;
}

}  // namespace

base::Result<std::uint64_t> parse_time_span(std::string_view text) {
    if (text == "infinity") return kInfinity;
    const auto refuse = [&] {
        return found_wanted(quoted(text),
                            "a time span in seconds such as \"5\", \"0.5\" or \"1min 30s\"");
    };
    auto rest = text;
    std::uint64_t sum = 0;
    skip_blanks(rest);
    if (rest.empty()) return refuse();
    while (!rest.empty()) {
        const auto part = take_part(rest);
        if (!part || __builtin_add_overflow(sum, *part, &sum) || sum == kInfinity) return refuse();
        skip_blanks(rest);
    }
    return sum;
}

}  // namespace podd::schema
