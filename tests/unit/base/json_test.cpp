// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json.h"

#include <string>

#include <doctest/doctest.h>

using podd::base::Json;

TEST_SUITE("base/json") {
    TEST_CASE("parse and str keep members in order and numbers exact") {
        for (const std::string text : {R"({"b":1,"a":[true,false,null],"c":{"x":"y"}})",
                                       R"([18446744073709551615,-9223372036854775808])",
                                       R"("tab\tquote\"\u0001")", "[]", "{}", "0"}) {
            CAPTURE(text);
            const auto json = Json::parse(text);
            REQUIRE(json.has_value());
            CHECK(json->str() == text);
            const auto spread = Json::parse(json->str(2));
            REQUIRE(spread.has_value());
            CHECK(*spread == *json);
        }
    }

    TEST_CASE("parse refuses what is not strict JSON, and says where") {
        struct Case {
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{"", "line 1, column 1"},
                 Case{"{\n  \"a\": 1,\n}", "line 3"},
                 Case{"[1] x", "column 5"},
                 Case{R"({"a":1,"a":2})", "member \"a\" stands twice"},
                 Case{"\xEF\xBB\xBF{}", "byte order mark"},
                 Case{std::string{"{}\n\0", 4}, "line 2, column 1: a NUL"},
                 Case{"\"\xff\"", "line 1"},
                 Case{"[NaN]", "line 1, column 2"},
                 Case{"// c\n{}", "line 1"},
             }) {
            CAPTURE(c.text);
            const auto json = Json::parse(c.text);
            REQUIRE_FALSE(json.has_value());
            CAPTURE(json.error().message());
            CHECK(json.error().message().find(c.says) != std::string::npos);
        }
    }

    TEST_CASE("parse keeps to its limits") {
        CHECK(Json::parse(std::string(64, '[') + std::string(64, ']')).has_value());
        const auto deep = Json::parse(std::string(65, '[') + std::string(65, ']'));
        REQUIRE_FALSE(deep.has_value());
        CHECK(deep.error().message().find("64 levels") != std::string::npos);
        CHECK_FALSE(Json::parse(std::string(200'000, '[')).has_value());
        CHECK_FALSE(Json::parse("[1,2,3]", {.max_bytes = 6}).has_value());
        CHECK_FALSE(Json::parse("[1,2,3]", {.max_values = 3}).has_value());
    }

    TEST_CASE("an object of very many members is read quickly, and its duplicates are found") {
        std::string text = "{";
        for (int i = 0; i < 100'000; ++i)
            text += "\"" + std::to_string(i) + "\":0,";
        CHECK(Json::parse(text + "\"x\":0}").has_value());
        const auto twice = Json::parse(text + "\"99999\":0}");
        REQUIRE_FALSE(twice.has_value());
        CHECK(twice.error().message().find("\"99999\" stands twice") != std::string::npos);
    }

    TEST_CASE("a fraction stays one when it is written") {
        for (const std::string text : {"1.0", "-0.0", "0.1", "1e+30"}) {
            CAPTURE(text);
            CHECK(Json::parse(text)->str() == text);
        }
    }

    TEST_CASE("integers and fractions are told apart") {
        CHECK(Json::parse("7")->as_uint() == 7U);
        CHECK(Json::parse("-7")->as_int() == -7);
        CHECK_FALSE(Json::parse("-7")->as_uint());
        CHECK_FALSE(Json::parse("1e3")->as_int());
        CHECK_FALSE(Json::parse("7.0")->as_uint());
        CHECK(Json::parse("7.5")->is_number());
    }
}
