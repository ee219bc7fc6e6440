// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as what a server writes into its headers, and as the note that lies beside a part.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/number.h"
#include "fetch/blobs.h"
#include "fetch/header_values.h"
#include "fetch/part_file.h"

namespace {

using namespace podd::fetch;  // NOLINT(google-build-using-namespace): what is fuzzed

void read_values(std::string_view text, std::string_view other) {
    constexpr std::uint64_t kYear = std::uint64_t{365} * 24 * 3600;
    const auto age = max_age(text, other);
    if (age > kYear || max_age(text, "") < age) std::abort();
    if (max_age("no-store," + std::string{text}, "") != 0) std::abort();
    if (is_etag(text))
        for (const char c : text)
            if (c < 0x20 || c == 0x7F) std::abort();  // it goes into a header line
    if (is_strong_etag(text) && !is_etag(text)) std::abort();
    if (is_strong_date(text, text)) std::abort();  // changed just now
    (void)is_strong_date(text, other);
    const auto range = parse_content_range(text);
    if (range && range->last < range->first) std::abort();
    if (range && range->total && *range->total <= range->last) std::abort();
    const auto number = podd::base::parse_number<std::uint64_t>(other).value_or(1);
    if (is_range_from(text, number, 10) && (!range || range->first != number)) std::abort();
}

void read_note(std::string_view text) {
    const auto note = read_part_note(text);
    if (!note) return;
    const auto again = read_part_note(write_part_note(*note));
    if (!again || *again != *note) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto line = std::min(text.find('\n'), text.size());
    read_values(text.substr(0, line), text.substr(std::min(line + 1, text.size())));
    read_note(text);
    return 0;
}
