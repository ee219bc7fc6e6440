// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/header_values.h"

#include <string>

#include <doctest/doctest.h>

using podd::fetch::ContentRange;
using podd::fetch::is_etag;
using podd::fetch::is_strong_date;
using podd::fetch::is_strong_etag;
using podd::fetch::max_age;
using podd::fetch::parse_content_range;

TEST_SUITE("fetch/header_values") {
    TEST_CASE("an entity tag is one as it goes back, and only a strong one stands for bytes") {
        struct Case {
            std::string text;
            bool is_etag;
            bool is_strong;
        };
        for (const auto& c : {
                 Case{"\"abc\"", true, true},
                 Case{"\"\"", true, true},
                 Case{"W/\"abc\"", true, false},
                 Case{"w/\"abc\"", false, false},
                 Case{"abc", false, false},
                 Case{"\"abc", false, false},
                 Case{"\"", false, false},
                 Case{"", false, false},
                 Case{"*", false, false},
                 Case{"\"a\", \"b\"", false, false},
                 Case{"\"a b\"", false, false},
                 Case{"\"a\r\nX: y\"", false, false},
                 Case{"\"\xC3\xA9\"", false, false},
                 Case{"\"" + std::string(1022, 'x') + "\"", true, true},
                 Case{"\"" + std::string(1023, 'x') + "\"", false, false},
             }) {
            CAPTURE(c.text);
            CHECK(is_etag(c.text) == c.is_etag);
            CHECK(is_strong_etag(c.text) == c.is_strong);
        }
    }

    TEST_CASE("an answer is good for as long as it says, less what it is old") {
        struct Case {
            std::string control;
            std::string age;
            std::uint64_t seconds;
        };
        for (const auto& c : {
                 Case{"max-age=60", "", 60},
                 Case{"public, Max-Age = 60", "", 60},
                 Case{"max-age=\"60\"", "", 60},
                 Case{"max-age=60", "20", 40},
                 Case{"max-age=60", "60", 0},
                 Case{"max-age=60", "70", 0},
                 Case{"max-age=60", "soon", 0},
                 Case{"max-age=60,max-age=30", "", 30},
                 Case{"max-age=60, no-cache", "", 0},
                 Case{"no-store,max-age=60", "", 0},
                 Case{"max-age=60, no-cache=\"set-cookie\"", "", 0},
                 Case{"x=\"a, no-cache\", max-age=60", "", 60},
                 Case{"x=\"a\\\", max-age=60", "", 0},
                 Case{"s-maxage=60", "", 0},
                 Case{"max-age=-1", "", 0},
                 Case{"max-age=", "", 0},
                 Case{"max-age", "", 0},
                 Case{"max-age=1e9", "", 0},
                 Case{"max-age=99999999999", "", 31536000},
                 Case{"max-age=99999999999999999999", "", 0},
                 Case{",,, ,", "", 0},
                 Case{"", "", 0},
             }) {
            CAPTURE(c.control);
            CAPTURE(c.age);
            CHECK(max_age(c.control, c.age) == c.seconds);
        }
    }

    TEST_CASE("a date tells versions apart when it is a while ago") {
        const std::string now = "Wed, 21 Oct 2026 07:28:00 GMT";
        CHECK(is_strong_date("Wed, 21 Oct 2026 07:27:00 GMT", now));
        CHECK_FALSE(is_strong_date("Wed, 21 Oct 2026 07:27:01 GMT", now));
        CHECK_FALSE(is_strong_date("Wed, 21 Oct 2026 07:29:00 GMT", now));
        CHECK_FALSE(is_strong_date("yesterday", now));
        CHECK_FALSE(is_strong_date("", now));
        CHECK_FALSE(is_strong_date("Wed, 21 Oct 2020 07:27:00 GMT", ""));
    }

    TEST_CASE("the place of a part") {
        CHECK(parse_content_range("bytes 5-9/10") == ContentRange{5, 9, 10});
        CHECK(parse_content_range("bytes 5-9/*") == ContentRange{5, 9, std::nullopt});
        for (const auto* text :
             {"bytes 5-9/9", "bytes 9-5/10", "bytes 5-9", "bytes 5-9/", "bytes */10",
              "bytes=5-9/10", "items 5-9/10", "bytes 5/10-9", "bytes -9/10", ""}) {
            CAPTURE(text);
            CHECK_FALSE(parse_content_range(text).has_value());
        }
    }
}
