// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/scalars.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_lower_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Up to 18 digits; longer ones are no number that anybody means here.
std::optional<std::int64_t> number(std::string_view text) {
    if (!all_digits(text) || text.size() > 18) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text)
        value = value * 10 + (c - '0');
    return value;
}

// Cuts `text` up to the first `separator` off; the whole text when there is none.
std::string_view cut(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const auto head = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return head;
}

bool is_ac_version(std::string_view text) {
    const bool has_metadata = text.find('+') != std::string_view::npos;
    text = text.substr(0, text.find('+'));
    const bool has_pre_release = text.find('-') != std::string_view::npos;
    text = text.substr(0, text.find('-'));
    if (std::count(text.begin(), text.end(), '.') != 2) return false;
    std::int64_t sum = 0;
    for (int part = 0; part < 3; ++part) {
        const auto value = number(cut(text, '.'));
        if (!value) return false;
        sum |= *value;
    }
    return sum != 0 || has_metadata || has_pre_release;
}

bool is_hex_after(std::string_view text, std::string_view prefix,
                  std::initializer_list<std::size_t> lengths) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return std::find(lengths.begin(), lengths.end(), text.size()) != lengths.end() &&
           std::all_of(text.begin(), text.end(), is_lower_hex);
}

bool in_range(std::string_view digits, std::size_t length, std::int64_t least, std::int64_t most) {
    const auto value = number(digits);
    return digits.size() == length && value && *value >= least && *value <= most;
}

bool is_calendar_day(std::string_view text) {  // YYYY-MM-DD
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!in_range(text.substr(0, 4), 4, 0, 9999) || !in_range(text.substr(5, 2), 2, 1, 12))
        return false;
    const auto year = number(text.substr(0, 4)).value_or(0);
    const auto month = number(text.substr(5, 2)).value_or(1);
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int days = month == 2 && leap ? 29 : kDays.at(static_cast<std::size_t>(month) - 1);
    return in_range(text.substr(8, 2), 2, 1, days);
}

bool is_clock(std::string_view text) {  // hh:mm
    return text.size() == 5 && text[2] == ':' && in_range(text.substr(0, 2), 2, 0, 23) &&
           in_range(text.substr(3, 2), 2, 0, 59);
}

bool is_date_time(std::string_view text) {
    if (text.size() < 20 || !is_calendar_day(text.substr(0, 10)) || text[10] != 'T' ||
        !is_clock(text.substr(11, 5)) || text[16] != ':' || !in_range(text.substr(17, 2), 2, 0, 59))
        return false;
    text.remove_prefix(19);
    if (text.front() == '.') {
        text.remove_prefix(1);
        const auto zone = text.find_first_not_of("0123456789");
        if (zone == 0 || zone == std::string_view::npos) return false;
        text.remove_prefix(zone);
    }
    if (text == "Z") return true;
    return text.size() == 6 && (text[0] == '+' || text[0] == '-') && is_clock(text.substr(1));
}

bool is_web_url(std::string_view text) {
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
    });
    if (!printable) return false;
    std::string scheme;
    for (const char c : text.substr(0, std::min(text.find(':'), std::size_t{6})))
        scheme += is_letter(c) ? static_cast<char>(c | 0x20) : c;
    if (scheme != "http" && scheme != "https") return false;
    text.remove_prefix(scheme.size() + 1);
    if (!text.starts_with("//")) return false;
    text.remove_prefix(2);
    auto authority = text.substr(0, text.find_first_of("/?#"));
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos) authority.remove_prefix(at + 1);
    return !authority.empty() && authority.front() != ':';
}

bool is_normal_path(std::string_view text) {
    if (text == "/") return true;
    if (!text.starts_with('/')) return false;
    text.remove_prefix(1);
    for (bool more = true; more;) {
        more = text.find('/') != std::string_view::npos;
        const auto component = cut(text, '/');
        if (component.empty() || component == "." || component == "..") return false;
    }
    return true;
}

bool has_parent_component(std::string_view text) {
    while (!text.empty())
        if (cut(text, '/') == "..") return true;
    return false;
}

Result<void> answer(bool good, std::string_view text, std::string_view wanted,
                    base::Where where = base::Where::here()) {
    if (good) return {};
    return found_wanted(quoted(text), wanted, where);
}

}  // namespace

Result<void> check_ac_version(std::string_view text) {
    return answer(is_ac_version(text), text, "a version of the appc spec such as \"0.8.11\"");
}

Result<void> check_image_id(std::string_view text) {
    return answer(is_hex_after(text, "sha512-", {64, 128}) || is_hex_after(text, "sha256:", {64}),
                  text,
                  "an image id: \"sha512-\" and 128 (or the first 64) lower-case hex digits, or "
                  "\"sha256:\" and 64");
}

Result<void> check_loose_image_id(std::string_view text) {
    constexpr std::string_view kPrefix = "sha512-";
    const bool good = text.starts_with(kPrefix) && text.size() > kPrefix.size() &&
                      text.find('-', kPrefix.size()) == std::string_view::npos;
    return answer(good, text, "an image id: \"sha512-\" and hex digits");
}

Result<void> check_date(std::string_view text) {
    return answer(is_date_time(text), text,
                  "a date and time of RFC 3339 such as \"2004-05-14T23:11:14Z\"");
}

Result<void> check_web_url(std::string_view text) {
    return answer(is_web_url(text), text, "an http or https URL with a host");
}

Result<void> check_path(std::string_view text) {
    return answer(is_normal_path(text), text,
                  "an absolute path without \"//\", \".\", \"..\" and without \"/\" at its end");
}

Result<void> check_mount_path(std::string_view text) {
    return answer(is_normal_path(text) && text != "/", text,
                  "an absolute path below \"/\" without \"//\", \".\", \"..\" and without \"/\" at "
                  "its end");
}

Result<void> check_working_directory(std::string_view text) {
    return answer(text.starts_with('/') && !has_parent_component(text), text,
                  "an absolute path without \"..\"");
}

Result<void> check_environment_name(std::string_view text) {
    const auto fits = [](char c) { return is_letter(c) || c == '_'; };
    const bool good =
        !text.empty() && fits(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
            return fits(c) || is_digit(c) || c == '.' || c == '-';
        });
    return answer(good, text,
                  "a variable's name: letters, digits, \"_\", \".\" and \"-\", not beginning with "
                  "a digit, \".\" or \"-\"");
}

}  // namespace podd::schema
