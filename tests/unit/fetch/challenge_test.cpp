// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/challenge.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using podd::base::ErrorCode;
using podd::fetch::Challenge;
using podd::fetch::parse_challenges;

TEST_SUITE("fetch/challenge") {
    TEST_CASE("schemes and their parameters are read") {
        struct Case {
            std::string text;
            std::vector<Challenge> wanted;
        };
        const Challenge bearer{"bearer",
                               {{"realm", "https://auth.docker.io/token"},
                                {"service", "registry.docker.io"},
                                {"scope", "repository:library/nginx:pull"}}};
        for (const auto& c : {
                 Case{"", {}},
                 Case{" , ,", {}},
                 Case{"Basic", {{"basic"}}},
                 Case{"Basic realm=\"a, b\"", {{"basic", {{"realm", "a, b"}}}}},
                 Case{"BASIC Realm=plain", {{"basic", {{"realm", "plain"}}}}},
                 Case{
                     "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
                     "scope=\"repository:library/nginx:pull\"",
                     {bearer}},
                 Case{"Bearer  realm = \"https://auth.docker.io/token\" , , service = "
                      "registry.docker.io ,\tscope=\"repository:library/nginx:pull\" ",
                      {bearer}},
                 Case{"Negotiate, Basic realm=\"x\"", {{"negotiate"}, {"basic", {{"realm", "x"}}}}},
                 Case{"NTLM TlRM/abc==, Basic realm=x", {{"ntlm"}, {"basic", {{"realm", "x"}}}}},
                 Case{"Basic realm=x, Bearer realm=y",
                      {{"basic", {{"realm", "x"}}}, {"bearer", {{"realm", "y"}}}}},
                 Case{R"(Basic realm="a\"b\\c")", {{"basic", {{"realm", R"(a"b\c)"}}}}},
                 Case{"Basic realm=\"\"", {{"basic", {{"realm", ""}}}}},
             }) {
            CAPTURE(c.text);
            const auto challenges = parse_challenges(c.text);
            REQUIRE(challenges.has_value());
            CHECK(*challenges == c.wanted);
        }
    }

    TEST_CASE("a parameter that is not there is empty") {
        CHECK(Challenge{"bearer", {{"realm", "x"}}}.parameter("service").empty());
        CHECK(Challenge{"bearer", {{"realm", "x"}}}.parameter("realm") == "x");
    }

    TEST_CASE("what two readers may read differently is refused") {
        struct Case {
            std::string text;
            std::string says;
        };
        std::string many = "Basic a=1";
        for (int i = 0; i < 20; ++i)
            many += ",b" + std::to_string(i) + "=1";
        std::string schemes = "A";
        for (int i = 0; i < 20; ++i)
            schemes += ",A";
        for (const auto& c : {
                 Case{"Bearer realm=\"x", "wanted a closing quotation mark"},
                 Case{"Bearer realm=\"x\\", "wanted a closing quotation mark"},
                 Case{"Bearer realm=\"a\x01"
                      "b\"",
                      "no control character"},
                 Case{"Bearer realm=\"a\r\nX: y\"", "no control character"},
                 Case{"Bearer realm=\"x\", realm=\"y\"", "\"realm\" a second time"},
                 Case{"Bearer realm=\"x\", Realm=\"y\"", "\"realm\" a second time"},
                 Case{"Bearer realm=\"x\" service=\"y\"", "wanted a comma"},
                 Case{"Bearer realm=/x", "wanted a value"},
                 Case{"=x", "wanted an authentication scheme"},
                 Case{"\"Bearer\"", "wanted an authentication scheme"},
                 Case{"Bearer\"x\"", "after the authentication scheme"},
                 Case{many, "at most 16"},
                 Case{schemes, "at most 16"},
                 Case{std::string(9000, 'x'), "9000 bytes"},
             }) {
            CAPTURE(c.text);
            const auto challenges = parse_challenges(c.text);
            REQUIRE_FALSE(challenges.has_value());
            CHECK(challenges.error().code() == ErrorCode::kInvalidArgument);
            CAPTURE(challenges.error().message());
            CHECK(challenges.error().message().find(c.says) != std::string::npos);
        }
    }
}
