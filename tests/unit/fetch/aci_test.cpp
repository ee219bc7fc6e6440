// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/aci.h"

#include <string>

#include <doctest/doctest.h>

#include "schema/image_reference.h"

using podd::base::ErrorCode;
using podd::fetch::is_aci_source;
using podd::fetch::parse_aci_source;
using podd::fetch::signature_url_of;

TEST_SUITE("fetch/aci") {
    TEST_CASE("an image is named by its URL or by its name") {
        for (const std::string text :
             {"https://example.com/a.aci", "http://example.com:80/a/b.aci?c=d",
              "https://[::1]:5000/a.aci", "https://example.com/%2F/a..b/.c/a.aci"}) {
            CAPTURE(text);
            CHECK(is_aci_source(text));
            const auto source = parse_aci_source(text);
            REQUIRE(source.has_value());
            CHECK(source->url == text);
            CHECK_FALSE(source->reference.has_value());
        }
        const auto named = parse_aci_source("appc:example.com/app:1.0,channel=a");
        REQUIRE(named.has_value());
        REQUIRE(named->reference.has_value());
        CHECK(podd::schema::str(*named->reference) == "example.com/app:1.0,channel=a");
        CHECK(named->url.empty());
    }

    TEST_CASE("what is none, or could be read in two ways, is refused") {
        struct Case {
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{"https://example.com/a.tar", "a URL whose path ends in .aci"},
                 Case{"https://example.com/?a.aci", "a URL whose path ends in .aci"},
                 Case{"https://example.com/a/../b.aci",
                      "wanted it as \"https://example.com/b.aci\""},
                 Case{"https://example.com/./a.aci", "wanted it as"},
                 Case{"https://example.com/a/%2e%2E/b.aci", "found"},
                 Case{"https://example.com/a/..%2fb.aci", "an escaped one"},
                 Case{"https://example.com/a%5C.%2e\\b.aci", "found"},
                 Case{"https://example.com/a.aci#b", "wanted it as"},
                 Case{"HTTPS://example.com/a.aci", "found"},
                 Case{"https://user:pw@example.com/a.aci", "found"},
                 Case{"https:///a.aci", "found"},
                 Case{"appc:", "AC Identifier"},
                 Case{"appc:example.com/a/../b", "AC Identifier"},
                 Case{"appc:sha512-" + std::string(128, '0'), "wanted a name"},
             }) {
            CAPTURE(c.text);
            const auto source = parse_aci_source(c.text);
            REQUIRE_FALSE(source.has_value());
            CHECK(source.error().code() == ErrorCode::kInvalidArgument);
            CAPTURE(source.error().message());
            CHECK(source.error().message().find(c.says) != std::string::npos);
        }
        CHECK_FALSE(is_aci_source("docker://example.com/app"));
    }

    TEST_CASE("a signature lies beside its image") {
        CHECK(signature_url_of("https://a/b.aci") == "https://a/b.aci.asc");
        CHECK(signature_url_of("https://a/b.aci?c=d.e") == "https://a/b.aci.asc?c=d.e");
    }
}
