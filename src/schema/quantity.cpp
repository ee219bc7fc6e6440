// SPDX-License-Identifier: LGPL-2.1-or-later
// Quantities such as "0.5", "123Mi", "1e3". No floating point anywhere.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "schema/isolators.h"
#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

using Nano = unsigned __int128;

constexpr Nano kMax = std::numeric_limits<Nano>::max();
constexpr Nano kOne = 1'000'000'000;
constexpr std::size_t kMaxBytes = 100;
constexpr int kMaxExponent = 1000;  // far outside what a value can hold

struct Number {
    std::string digits;     // of both parts
    std::size_t whole = 0;  // how many of them stand before the point
};

struct Suffix {
    std::string_view text;
    int exponent;  // of ten, or of two
    bool binary;
};

constexpr std::array kSuffixes{
    Suffix{"", 0, false},   Suffix{"n", -9, false}, Suffix{"u", -6, false}, Suffix{"m", -3, false},
    Suffix{"k", 3, false},  Suffix{"K", 3, false},  Suffix{"M", 6, false},  Suffix{"G", 9, false},
    Suffix{"T", 12, false}, Suffix{"P", 15, false}, Suffix{"E", 18, false}, Suffix{"Ki", 10, true},
    Suffix{"Mi", 20, true}, Suffix{"Gi", 30, true}, Suffix{"Ti", 40, true}, Suffix{"Pi", 50, true},
    Suffix{"Ei", 60, true},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Nano saturating_multiply(Nano a, Nano b) {
    Nano product = 0;
    return __builtin_mul_overflow(a, b, &product) ? kMax : product;
}
Nano saturating_add(Nano a, Nano b) {
    Nano sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? kMax : sum;
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

// digits | digits "." digits | digits "." | "." digits
std::optional<Number> take_number(std::string_view& text) {
    Number number;
    number.digits = take_digits(text);
    number.whole = number.digits.size();
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        number.digits += take_digits(text);
    }
    if (number.digits.empty()) return std::nullopt;
    return number;
}

std::optional<Suffix> parse_suffix(std::string_view text) {
    for (const auto& suffix : kSuffixes)
        if (suffix.text == text) return suffix;
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
    int exponent = 0;
    for (const char c : text)
        exponent = std::min(exponent * 10 + (c - '0'), kMaxExponent);
    return Suffix{"", negative ? -exponent : exponent, false};
}

// The number times 10^shift, rounded up.
Nano decimal(const Number& number, int shift) {
    const int point = static_cast<int>(number.whole) + shift;
    Nano value = 0;
    for (int i = 0; i < std::max(point, 0); ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (at >= number.digits.size() && (value == 0 || value == kMax)) break;
        const int digit = at < number.digits.size() ? number.digits[at] - '0' : 0;
        value = saturating_add(saturating_multiply(value, 10), static_cast<Nano>(digit));
    }
    const auto rest = static_cast<std::size_t>(std::max(point, 0));
    const bool more = point < 0 || rest < number.digits.size()
                          ? number.digits.find_first_not_of('0', rest) != std::string::npos
                          : false;
    return saturating_add(value, more ? 1 : 0);
}

// The number times `factor` (at most 2^60 * 10^9), rounded up.
Nano scaled(const Number& number, Nano factor) {
    Nano whole = 0;
    for (std::size_t i = 0; i < number.whole; ++i)
        whole = saturating_add(saturating_multiply(whole, 10),
                               static_cast<Nano>(number.digits[i] - '0'));
    // ceil((a + ceil(b)) / 10) == ceil((a + b) / 10), so rounding up at each digit is exact.
    Nano fraction = 0;
    for (std::size_t i = number.digits.size(); i > number.whole; --i)
        fraction = (static_cast<Nano>(number.digits[i - 1] - '0') * factor + fraction + 9) / 10;
    return saturating_add(saturating_multiply(whole, factor), fraction);
}

Nano rounded_up(Nano value, Nano unit) {
    return value / unit + (value % unit == 0 ? 0 : 1);
}

std::uint64_t saturated(Nano value) {
    return static_cast<std::uint64_t>(
        std::min<Nano>(value, std::numeric_limits<std::uint64_t>::max()));
}

std::string digits_of(Nano value) {
    std::string out;
    do {
        out += static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
    const auto refuse = [&] {
        return found_wanted(quoted(text),
                            "a quantity that is not negative, such as \"0.5\", \"100m\", \"64Mi\" "
                            "or \"1e3\"");
    };
    auto rest = text;
    if (rest.size() > kMaxBytes) return refuse();
    if (rest.starts_with('+')) rest.remove_prefix(1);
    const auto number = take_number(rest);
    if (!number) return refuse();
    const auto suffix = parse_suffix(rest);
    if (!suffix) return refuse();
    Quantity quantity;
    quantity.binary_ = suffix->binary;
    quantity.nano_ = suffix->binary ? scaled(*number, kOne << suffix->exponent)
                                    : decimal(*number, 9 + suffix->exponent);
    return quantity;
}

std::uint64_t Quantity::value() const {
    return saturated(rounded_up(nano_, kOne));
}

std::uint64_t Quantity::milli_value() const {
    return saturated(rounded_up(nano_, kOne / 1000));
}

std::string Quantity::str() const {
    if (nano_ == 0) return "0";
    if (binary_ && nano_ % kOne == 0) {
        constexpr std::array<std::string_view, 7> kNames{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
        Nano value = nano_ / kOne;
        std::size_t name = 0;
        for (; value % 1024 == 0 && name + 1 < kNames.size(); ++name)
            value /= 1024;
        return digits_of(value).append(kNames.at(name));
    }
    constexpr std::array<std::string_view, 10> kNames{"n", "u", "m", "",  "k",
                                                      "M", "G", "T", "P", "E"};
    Nano value = nano_;
    std::size_t name = 0;
    for (; value % 1000 == 0 && name + 1 < kNames.size(); ++name)
        value /= 1000;
    return digits_of(value).append(kNames.at(name));
}

}  // namespace podd::schema
