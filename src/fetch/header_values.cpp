// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/header_values.h"

#include <algorithm>

#include <curl/curl.h>

#include "base/number.h"

namespace podd::fetch {

namespace {

constexpr std::size_t kMaxEtag = 1024;
constexpr std::uint64_t kYear = std::uint64_t{365} * 24 * 3600;
constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kMaxDate = 64;
constexpr std::int64_t kQuietSeconds = 60;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// Up to the next comma that is in no quotation marks; `list` becomes what is behind it.
std::string_view next_directive(std::string_view& list) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (quoted || list[end] != ','); ++end) {
        if (list[end] == '"') quoted = !quoted;
        if (quoted && list[end] == '\\') ++end;
    }
    const auto directive = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    return trimmed(directive);
}

std::optional<std::int64_t> seconds(std::string_view date) {
    if (date.empty() || date.size() > kMaxDate) return std::nullopt;
    const std::string text{date};
    const auto time = curl_getdate(text.c_str(), nullptr);
    if (time < 0) return std::nullopt;
    return time;
}

}  // namespace

bool is_strong_etag(std::string_view text) {
    if (text.size() < 2 || text.size() > kMaxEtag || text.front() != '"' || text.back() != '"')
        return false;
    text = text.substr(1, text.size() - 2);
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c > 0x20 && c < 0x7F && c != '"'; });
}

bool is_etag(std::string_view text) {
    if (text.starts_with("W/")) text.remove_prefix(2);
    return is_strong_etag(text);
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
    constexpr std::string_view kUnit = "bytes ";
    const auto dash = text.find('-');
    const auto slash = text.find('/');
    if (!text.starts_with(kUnit) || dash == std::string_view::npos ||
        slash == std::string_view::npos || slash < dash)
        return std::nullopt;
    const auto first =
        base::parse_number<std::uint64_t>(text.substr(kUnit.size(), dash - kUnit.size()));
    const auto last = base::parse_number<std::uint64_t>(text.substr(dash + 1, slash - dash - 1));
    const auto total = base::parse_number<std::uint64_t>(text.substr(slash + 1));
    const bool is_unknown = text.substr(slash + 1) == "*";
    if (!first || !last || (!total && !is_unknown)) return std::nullopt;
    if (*last < *first || (total && *last >= *total)) return std::nullopt;
    return ContentRange{*first, *last, total};
}

std::uint64_t max_age(std::string_view cache_control, std::string_view age) {
    std::optional<std::uint64_t> most;
    while (!cache_control.empty()) {
        const auto directive = next_directive(cache_control);
        const auto equals = std::min(directive.find('='), directive.size());
        const auto name = lower(trimmed(directive.substr(0, equals)));
        if (name == "no-store" || name == "no-cache") return 0;
        if (name != "max-age") continue;
        auto value = trimmed(directive.substr(std::min(equals + 1, directive.size())));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        const auto number = base::parse_number<std::uint64_t>(value).value_or(0);
        most = std::min(most.value_or(kYear), number);
    }
    const auto old = age.empty() ? 0 : base::parse_number<std::uint64_t>(age).value_or(kYear);
    const auto fresh = most.value_or(0);
    return fresh > old ? fresh - old : 0;
}

bool is_strong_date(std::string_view last_modified, std::string_view date) {
    const auto changed = seconds(last_modified);
    const auto now = seconds(date);
    return changed && now && *now - *changed >= kQuietSeconds;
}

}  // namespace podd::fetch
