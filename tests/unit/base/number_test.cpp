// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/number.h"

#include <cstdint>

#include <doctest/doctest.h>

namespace podd::base {

TEST_CASE("a number is the whole text or none") {
    struct Row {
        const char* text;
        std::optional<int> number;
    };
    for (const auto& row : std::initializer_list<Row>{{"0", 0},
                                                      {"007", 7},
                                                      {"-12", -12},
                                                      {"2147483647", 2147483647},
                                                      {"2147483648", {}},
                                                      {"", {}},
                                                      {"-", {}},
                                                      {"+1", {}},
                                                      {" 1", {}},
                                                      {"1 ", {}},
                                                      {"80x", {}},
                                                      {"0x10", {}}}) {
        CAPTURE(row.text);
        CHECK(parse_number<int>(row.text) == row.number);
    }
}

TEST_CASE("a number without a sign takes none") {
    CHECK(parse_number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    CHECK_FALSE(parse_number<std::uint64_t>("18446744073709551616"));
    CHECK_FALSE(parse_number<unsigned>("-1"));
}

}  // namespace podd::base
