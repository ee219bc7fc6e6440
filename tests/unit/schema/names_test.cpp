// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/names.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace podd::schema;

namespace {

struct Table {
    std::vector<std::string> accepted;
    std::vector<std::string> refused;
};

template <typename Type>
void check(const Table& table) {
    for (const auto& text : table.accepted) {
        CAPTURE(text);
        const auto name = Type::parse(text);
        REQUIRE_MESSAGE(name.has_value(), name.error().message());
        CHECK(name->str() == text);
    }
    for (const auto& text : table.refused) {
        CAPTURE(text);
        const auto name = Type::parse(text);
        REQUIRE_FALSE(name.has_value());
        CHECK(name.error().message().starts_with("found \""));
    }
}

}  // namespace

TEST_SUITE("schema/names") {
    TEST_CASE("AC Identifiers are what the reference parser takes, without path tricks") {
        check<AcIdentifier>(
            {{"asdf", "foo-bar-baz", "zab_rab", "database", "example.com/database",
              "example.com/ourapp-1.0.0", "sub-domain.example.com/org/product/release-1.0.0",
              "sub-domain.example.com/org/product/~alice/release-1.0.0",
              "example.com/~bob/database", "foo--bar", "a..b", "a/~b", "a-.b", "a__b",
              std::string(1024, 'a')},
             {"",
              "foo#",
              "EXAMPLE.com",
              "foo.com/BAR",
              "example.com/app_1.",
              "-foo",
              "foo-",
              "/app",
              "app/",
              "~a",
              " ",
              "a b",
              "a\n",
              "BAR",
              "*",
              "a//b",
              "a/../b",
              "a/./b",
              "a/..",
              std::string{"a\0b", 3},
              std::string(1025, 'a'),
              "\xc3\xa9"}});
    }

    TEST_CASE("AC Names are letters, digits and dashes") {
        check<AcName>({{"asdf", "foo-bar-baz", "database", "0a", "foo--bar", std::string(200, 'a')},
                       {"", "foo#", "example.com", "EXAMPLE", "foo/bar", "example.com/app_1",
                        "-foo", "foo-", "zab_rab", "a\n", "..", std::string(201, 'a')}});
    }

    TEST_CASE("E6, CVE-2026-48755: pod names are machine names and host names, and no options") {
        check<PodName>({{"web", "a", "0a", "web-1", std::string(48, 'a')},
                        {"", "localhost", "host", "gateway", "123", "0", "-a", "a-", "A", "a.b",
                         "a_b", "a/b", "../a", "a\n", std::string(49, 'a')}});
    }

    TEST_CASE("free text becomes a name where something is left of it") {
        CHECK(AcIdentifier::sanitized("foo#")->str() == "foo");
        CHECK(AcIdentifier::sanitized("-/.app..")->str() == "app");
        CHECK(AcIdentifier::sanitized("Foo Bar")->str() == "foo_bar");
        CHECK(AcIdentifier::sanitized(std::string(1023, 'a') + "-b")->str().size() == 1023);
        for (const std::string text : {"", "__", "..", "//", ".//-"})
            CHECK_FALSE(AcIdentifier::sanitized(text).has_value());
        CHECK(AcName::sanitized("example.com/app_1")->str() == "example-com-app-1");
        CHECK_FALSE(AcName::sanitized("-").has_value());
    }
}
