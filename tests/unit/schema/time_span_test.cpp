// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/time_span.h"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

using namespace podd::schema;

TEST_SUITE("schema/time_span") {
    TEST_CASE("time spans as systemd writes them") {
        struct Case {
            std::string text;
            std::uint64_t usec;
        };
        for (const auto& c :
             {Case{"0", 0}, Case{"5", 5'000'000}, Case{"0.5", 500'000}, Case{"100ms", 100'000},
              Case{"1min 30s", 90'000'000}, Case{"1h", 3'600'000'000}, Case{"2 h", 7'200'000'000},
              Case{"1.5m", 90'000'000}, Case{"1d", 86'400'000'000}, Case{"7us", 7},
              Case{"infinity", UINT64_MAX}, Case{" 1s 1ms ", 1'001'000}}) {
            CAPTURE(c.text);
            const auto usec = parse_time_span(c.text);
            REQUIRE(usec.has_value());
            CHECK(*usec == c.usec);
        }
        for (const std::string text : {"", " ", "s", "-1", "1x", "1.", ".5", "99999999999",
                                       "9999999999d", "1.0000001", "inf", "1s,", "1e3"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_time_span(text).has_value());
        }
    }
}
