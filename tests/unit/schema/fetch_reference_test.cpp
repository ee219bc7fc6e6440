// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/fetch_reference.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::schema;

TEST_SUITE("schema/fetch_reference") {
    TEST_CASE("a URL names a place that rules are about") {
        struct Case {
            std::string text;
            std::string url;
            std::string place;
            bool secure;
        };
        for (const auto& c : {
                 Case{"https://example.com/a/App.aci", "https://example.com/a/App.aci",
                      "example.com/a/App.aci", true},
                 Case{"HTTPS://Example.COM:443/x.aci", "https://example.com:443/x.aci",
                      "example.com/x.aci", true},
                 Case{"https://example.com:80/x.aci?a=b/c", "https://example.com:80/x.aci?a=b/c",
                      "example.com:80/x.aci", true},
                 Case{"http://localhost:80/x.aci", "http://localhost:80/x.aci", "localhost/x.aci",
                      false},
                 Case{"https://[::1]:8443/x%20.aci", "https://[::1]:8443/x%20.aci",
                      "[::1]:8443/x%20.aci", true},
             }) {
            CAPTURE(c.text);
            const auto url = parse_web_url(c.text);
            REQUIRE(url.has_value());
            CHECK(url->text == c.url);
            CHECK(url->place == c.place);
            CHECK(url->secure == c.secure);
            const auto reference = parse_fetch_reference(c.text);
            REQUIRE(reference.has_value());
            CHECK(str(*reference) == c.url);
        }
    }

    TEST_CASE("a query is told from others, and to nobody") {
        const std::string url = "https://example.com/x.aci?X-Signature=";
        const auto of = [](const std::string& text) {
            const auto reference = parse_fetch_reference(text);
            REQUIRE(reference.has_value());
            CHECK(str(*reference) == text);
            return kept(*reference);
        };
        CHECK(of(url + "s3cret") == "https://example.com/x.aci?~dd658a9205410f46");
        CHECK(of(url + "s3cret") != of(url + "s3cres"));
        CHECK(of("https://example.com/x.aci?") != of("https://example.com/x.aci"));
        CHECK(of("https://example.com/x.aci") == "https://example.com/x.aci");
        CHECK(of("example.com/x:1") == "example.com/x:1");
        CHECK(of(url + std::string(4000, 'x')).size() < 50);
        CHECK_FALSE(parse_fetch_reference(url + std::string(8000, 'x')).has_value());

        CHECK(shown(url + "s3cret") == "https://example.com/x.aci?…");
        CHECK(shown("https://example.com/x.aci") == "https://example.com/x.aci");
        CHECK(shown("what is it?") == "what is it?");
    }

    TEST_CASE("what is no URL of an ACI") {
        struct Case {
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{"https://example.com", "a path behind the host"},
                 Case{"https://example.com/app", "ends in \".aci\""},
                 Case{"https://example.com/app?x.aci", "ends in \".aci\""},
                 Case{"https://me:secret@example.com/x.aci", "without user and password"},
                 Case{"https://me:secret@example.com/x y.aci", "without user and password"},
                 Case{"https://example.com/x y.aci?secret", "plain character"},
                 Case{"https://example.com/x.aci#y", "nothing behind"},
                 Case{"https://example.com/x y.aci", "plain character"},
                 Case{"https://example.com/x\n.aci", "plain character"},
                 Case{"https://exämple.com/x.aci", "plain character"},
                 Case{"https:///x.aci", "a registry as HOST"},
                 Case{"https://example.com:0/x.aci", "1 to 65535"},
                 Case{"https://example.com/" + std::string(600, 'x') + ".aci", "at most 600"},
             }) {
            CAPTURE(c.text);
            const auto reference = parse_fetch_reference(c.text);
            REQUIRE_FALSE(reference.has_value());
            CHECK(reference.error().message().find(c.says) != std::string::npos);
            CHECK(reference.error().message().find("secret") == std::string::npos);
        }
    }

    TEST_CASE("a name with a host in front is an appc name, its labels in one order") {
        struct Case {
            std::string text;
            std::string str;
        };
        for (const auto& c : {
                 Case{"example.com/app", "example.com/app"},
                 Case{"example.com/app:", "example.com/app"},
                 Case{"example.com/app:1.0,arch=amd64", "example.com/app:1.0,arch=amd64"},
                 Case{"example.com/app,version=1.0,os=linux,arch=amd64",
                      "example.com/app:1.0,arch=amd64,os=linux"},
                 Case{"localhost/app", "localhost/app"},
                 Case{"example.com", "example.com"},
             }) {
            CAPTURE(c.text);
            const auto reference = parse_fetch_reference(c.text);
            REQUIRE(reference.has_value());
            CHECK(std::holds_alternative<ImageReference>(*reference));
            CHECK(str(*reference) == c.str);
        }
    }

    TEST_CASE("what nobody could be asked for is refused, with what may have been meant") {
        struct Case {
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{"nginx", "docker://nginx"},
                 Case{"library/nginx:1", "docker://library/nginx:1"},
                 Case{"localhost:5000/app", "docker://localhost:5000/app"},
                 Case{"example.com/app@sha256:1", "docker://example.com/app@sha256:1"},
                 Case{"sha512-" + std::string(128, 'a'), "is no reference"},
                 Case{"", "is no reference"},
                 Case{"example.com/app,channel=a,channel=b", "a second time"},
                 Case{"example.com/App:1", "example.com/App"},
                 Case{"ftp://example.com/x.aci", "is no reference"},
             }) {
            CAPTURE(c.text);
            const auto reference = parse_fetch_reference(c.text);
            REQUIRE_FALSE(reference.has_value());
            CHECK(reference.error().message().find(c.says) != std::string::npos);
        }
    }
}
