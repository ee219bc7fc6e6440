// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of headers: which version of a file an answer is of, which part, how long it is good.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podd::fetch {

/// Whether this is an entity tag, weak or not, of visible ASCII characters and at most 1 KiB: it
/// goes back to the server as it is. Source: RFC 9110 §8.8.3.
bool is_etag(std::string_view text);
/// One that stands for the same bytes.
bool is_strong_etag(std::string_view text);

/// For how many seconds the answer may be used without asking again, by Cache-Control and Age; 0
/// when nothing, something odd or the opposite is said. At most a year.
/// Source: RFC 9111 §5.2.2, §4.2.
std::uint64_t max_age(std::string_view cache_control, std::string_view age);

/// Whether a Last-Modified tells apart every version of a file: when the server's clock says that
/// it has not changed for a while. Source: RFC 9110 §8.8.2.2.
bool is_strong_date(std::string_view last_modified, std::string_view date);

/// What a server says that it sends with 206: "bytes 5-9/10", or "bytes 5-9/*".
struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> total{};
    bool operator==(const ContentRange&) const = default;
};
/// Nothing when it is another text, or says that the end lies before the beginning or behind the
/// total. Source: RFC 9110 §14.4.
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace podd::fetch
