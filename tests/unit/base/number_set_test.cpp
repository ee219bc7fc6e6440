// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/number_set.h"

#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using podd::base::is_subset;
using podd::base::parse_number_set;

TEST_SUITE("base/number_set") {
    TEST_CASE("reads what the kernel writes, and nothing else") {
        using Mask = std::vector<std::uint8_t>;
        struct Row {
            std::string_view text;
            std::optional<Mask> mask;
        };
        for (const auto& [text, mask] : std::vector<Row>{
                 {"0", Mask{1}},
                 {"7", Mask{0x80}},
                 {"8", Mask{0, 1}},
                 {"0-3,7", Mask{0x8f}},
                 {"7,0-3,0", Mask{0x8f}},
                 {"6-9", Mask{0xc0, 0x03}},
                 {"", {}},
                 {",", {}},
                 {"0,", {}},
                 {"0-", {}},
                 {"-3", {}},
                 {"3-1", {}},
                 {"0 1", {}},
                 {"0-8192", {}},
                 {"4294967296", {}},
             }) {
            CAPTURE(text);
            CHECK(parse_number_set(text) == mask);
        }
        CHECK(parse_number_set("8191")->size() == 1024);
    }

    TEST_CASE("is a subset") {
        CHECK(is_subset(*parse_number_set("1,9"), *parse_number_set("0-9")));
        CHECK_FALSE(is_subset(*parse_number_set("1,9"), *parse_number_set("0-8")));
        CHECK_FALSE(is_subset(*parse_number_set("9"), *parse_number_set("0")));
        CHECK(is_subset(*parse_number_set("0"), *parse_number_set("0-63")));
    }
}
