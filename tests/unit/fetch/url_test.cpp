// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/url.h"

#include <string>

#include <doctest/doctest.h>

#include "fetch/http.h"
#include "fetch/registries.h"

using podd::base::ConfigFile;
using podd::base::ErrorCode;
using podd::base::parse_config;
using podd::fetch::check_hop;
using podd::fetch::parse_url;
using podd::fetch::PlainHttp;
using podd::fetch::Registries;
using podd::fetch::resolve_url;

TEST_SUITE("fetch/url") {
    TEST_CASE("the origin is scheme, host and a port that is not the scheme's own") {
        struct Case {
            std::string text;
            std::string origin;
        };
        for (const auto& c : {
                 Case{"https://Example.COM/a?b#c", "https://example.com"},
                 Case{"https://example.com:443/", "https://example.com"},
                 Case{"https://example.com:80/", "https://example.com:80"},
                 Case{"http://example.com:80/", "http://example.com"},
                 Case{"https://[::1]:5000/v2/", "https://[::1]:5000"},
                 Case{"HTTPS://127.0.0.1", "https://127.0.0.1"},
             }) {
            CAPTURE(c.text);
            const auto url = parse_url(c.text);
            REQUIRE(url.has_value());
            CHECK(url->origin() == c.origin);
            CHECK(url->text.find('#') == std::string::npos);
        }
    }

    TEST_CASE("what is no URL for us is refused") {
        for (const std::string text :
             {"", "example.com", "/v2/", "ftp://example.com/", "file:///etc/passwd",
              "gopher://example.com/", "https://user:secret@example.com/",
              "https://user@example.com/", "https://exa mple.com/", "https://example.com/\r\nX: y",
              "https://example.com:99999/"}) {
            CAPTURE(text);
            const auto url = parse_url(text);
            REQUIRE_FALSE(url.has_value());
            CHECK(url.error().code() == ErrorCode::kInvalidArgument);
        }
        CHECK_FALSE(parse_url("https://example.com/" + std::string(9000, 'x')).has_value());
    }

    TEST_CASE("a redirect means what it means on its page") {
        const auto base = parse_url("https://example.com/v2/a/blobs/x?token=SECRET").value();
        struct Case {
            std::string location;
            std::string wanted;  // empty: refused
        };
        for (const auto& c : {
                 Case{"https://cdn.example.com/y?z=1", "https://cdn.example.com/y?z=1"},
                 Case{"/y", "https://example.com/y"},
                 Case{"y", "https://example.com/v2/a/blobs/y"},
                 Case{"//cdn.example.com/y", "https://cdn.example.com/y"},
                 Case{"http://example.com/y", "http://example.com/y"},
                 Case{"file:///etc/passwd", ""},
                 Case{"https://u:p@example.com/", ""},
                 Case{"ftp://example.com/", ""},
                 Case{"dict://example.com/", ""},
             }) {
            CAPTURE(c.location);
            const auto url = resolve_url(base, c.location);
            CHECK((url ? url->text : "") == c.wanted);
        }
        CHECK(base.shown() == "https://example.com/v2/a/blobs/x");
    }

    TEST_CASE("http is asked only where Insecure= allows it, and never after https") {
        const auto registries =
            Registries::parse(
                {ConfigFile{"x", parse_config("[Registry plain]\nInsecure=yes\n").value()}})
                .value();
        struct Case {
            std::string url;
            std::string from;
            bool allowed;
        };
        for (const auto& c : {
                 Case{"https://other/", "", true},
                 Case{"https://other/", "http", true},
                 Case{"http://plain/", "", true},
                 Case{"http://plain:5000/", "http", true},
                 Case{"http://plain/", "https", false},
                 Case{"http://other/", "", false},
                 Case{"http://other/", "http", false},
             }) {
            CAPTURE(c.url);
            CAPTURE(c.from);
            const auto hop =
                check_hop(registries, parse_url(c.url).value(), c.from, PlainHttp::kWhereInsecure);
            CHECK(hop.has_value() == c.allowed);
            if (!hop) CHECK(hop.error().code() == ErrorCode::kDenied);
        }
    }

    TEST_CASE("nothing of a value gets out of its place in a query") {
        CHECK(podd::fetch::escape_url("a-b_c.d~9") == "a-b_c.d~9");
        CHECK(podd::fetch::escape_url("repository:a/b:pull &=#%\n\xC3") ==
              "repository%3Aa%2Fb%3Apull%20%26%3D%23%25%0A%C3");
    }
}
