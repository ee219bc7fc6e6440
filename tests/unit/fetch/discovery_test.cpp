// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fetch/discovery_text.h"
#include "fetch/page_tags.h"
#include "schema/image_reference.h"

using podd::fetch::discovery_places;
using podd::fetch::meta_tags;
using podd::fetch::MetaTag;
using podd::fetch::read_discovery_page;
using podd::fetch::render_template;
using podd::fetch::with_host_labels;
using podd::schema::AcIdentifier;
using podd::schema::parse_image_reference;

namespace {

AcIdentifier name(const std::string& text) {
    return AcIdentifier::parse(text).value();
}

// "NAME=CONTENT" of each tag, "|" between.
std::string told(const std::vector<MetaTag>& tags) {
    std::string out;
    for (const auto& tag : tags)
        out.append(out.empty() ? "" : "|").append(tag.name).append("=").append(tag.content);
    return out;
}

}  // namespace

TEST_SUITE("fetch/discovery") {
    TEST_CASE("meta tags are found as browsers find them") {
        struct Case {
            std::string page;
            std::string tags;
        };
        for (
            const auto& c : {
                Case{R"(<meta name="a" content="b">)", "a=b"},
                Case{R"(<META CONTENT='b "c"' NAME=a/>)", "a/=b \"c\""},
                Case{R"(<meta name=a content=b />)", "a=b"},
                Case{"<meta\n\tname = a\fcontent\r=\n'b'\n>", "a=b"},
                Case{R"(<meta name="a"content="b">)", "a=b"},
                Case{R"(<!doctype html><html><body><p><meta name=a content=b></body>)", "a=b"},
                Case{R"(<meta name=a content=b><meta name=c content=d>)", "a=b|c=d"},
                Case{R"(<meta content="1 &amp; 2 &#x2F;&#47;&lt;&nbsp;&amp" name=a>)",
                     "a=1 & 2 //<&nbsp;&amp"},
                Case{
                    R"(<meta name=a content="&#0;&#xD800;&#x110000;&#99999999999;&#xE9;&#x1F600;">)",
                    "a=\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD&#99999999999;\xC3\xA9\xF0\x9F\x98\x80"},
                Case{R"(<meta name=a content="">)", "a="},
                Case{R"(<meta name=a content>)", "a="},
                Case{"a < b <meta name=a content=b>", "a=b"},
                Case{"<<meta name=a content=b>", "a=b"},
                Case{R"(<a title="<meta name=x content=y>"><meta name=a content=b>)", "a=b"},
                Case{R"(</p title="<meta name=x content=y>"><meta name=a content=b>)", "a=b"},
                Case{R"(<p/><meta =x name=a content=b>)", "a=b"},
                Case{"<script>if (a</b/.x) '<meta name=x content=y>'</SCRIPT ><meta name=a "
                     "content=b>",
                     "a=b"},
                Case{"<title><meta name=x content=y></titles></title/><meta name=a content=b>",
                     "a=b"},
                Case{"<style></style><noscript><meta name=x content=y></noscript>", ""},
                Case{"<!--<meta name=x content=y>--><meta name=a content=b>", "a=b"},
                Case{"<!--><meta name=a content=b>", "a=b"},
                Case{"<!---><meta name=a content=b>", "a=b"},
                Case{"<!-- --!><meta name=a content=b>", "a=b"},
                Case{"<!-- -- > <meta name=x content=y>", ""},
                Case{"<!x <meta name=x content=y><meta name=a content=b>", "a=b"},
                Case{"<?x <meta name=x content=y><meta name=a content=b>", "a=b"},
                Case{"<plaintext></plaintext><meta name=x content=y>", ""},
                Case{"<textarea><meta name=x content=y>", ""},
                Case{"<metadata name=x content=y>", ""},
                Case{"<meta name=x content=y", ""},
                Case{"<meta name=x content=\"y>", ""},
                Case{"<meta content=y><meta name=x>", ""},
                Case{"<meta name=x name=x content=y>", ""},
                Case{"<meta name=x content=y CONTENT=z>", ""},
                Case{"<", ""},
                Case{"<!--", ""},
                Case{"</", ""},
                Case{"", ""},
            }) {
            CAPTURE(c.page);
            const auto tags = meta_tags(c.page);
            REQUIRE(tags.has_value());
            CHECK(told(*tags) == c.tags);
        }
    }

    TEST_CASE("a page has its limits") {
        std::string many;
        for (int i = 0; i < 257; ++i)
            many += "<meta name=a content=b>";
        CHECK_FALSE(meta_tags(many).has_value());
        CHECK(meta_tags(many.substr(23)).has_value());
        CHECK_FALSE(meta_tags("<p title='" + std::string(9000, 'x') + "'>").has_value());
        std::string templates;
        for (int i = 0; i < 17; ++i)
            templates += "<meta name=ac-discovery content='e.org https://e.org/" +
                         std::to_string(i) + "/{ext}'>";
        CHECK_FALSE(read_discovery_page(templates, "e.org/app").has_value());
        CHECK(read_discovery_page(templates, "other.org/app").has_value());
    }

    TEST_CASE("a page says things about names that begin as it says") {
        const auto found = read_discovery_page(
            "<meta name='ac-discovery' content='example.com https://a/{name}.{ext}'>"
            "<meta name='ac-discovery' content=' \texample.com/app\t\n https://b/{name}.{ext} \n'>"
            "<meta name='ac-discovery' content='example.com/other https://c/{name}.{ext}'>"
            "<meta name='ac-discovery' content='example.com'>"
            "<meta name='ac-discovery' content=''>"
            "<meta name='AC-Discovery' content='example.com https://d/{name}.{ext}'>"
            "<meta name='ac-discovery' content='example.com https://a/{name}.{ext}'>"
            "<meta name='ac-discovery-pubkeys' content='example.com/a https://k/1'>"
            "<meta name='ac-discovery-pubkeys' content='example.com https://k/2'>"
            "<meta name='ac-discovery-pubkeys' content='example.com https://k/1'>"
            "<meta name='ac-discovery-pubkeys' content='example.org https://k/3'>",
            "example.com/app");
        REQUIRE(found.has_value());
        CHECK(found->templates ==
              std::vector<std::string>{"https://a/{name}.{ext}", "https://b/{name}.{ext}"});
        CHECK(found->keys == std::vector<std::string>{"https://k/1", "https://k/2"});
    }

    // appc-conformance: 18
    TEST_CASE("a name is looked for at itself and at all above it") {
        CHECK(discovery_places(name("example.com/a/b")).value() ==
              std::vector<std::string>{"example.com/a/b", "example.com/a", "example.com"});
        CHECK(discovery_places(name("example.com")).value() ==
              std::vector<std::string>{"example.com"});
        std::string deep = "a";
        for (int i = 0; i < 15; ++i)
            deep += "/a";
        CHECK(discovery_places(name(deep)).value().size() == 16);
        CHECK_FALSE(discovery_places(name(deep + "/a")).has_value());
    }

    TEST_CASE("a template becomes a URL, or nothing when it wants what is not there") {
        struct Case {
            std::string text;
            std::string reference;
            std::string url;  // empty: none
        };
        const std::string all = "https://s/{name}-{version}-{os}-{arch}.{ext}";
        for (const auto& c : {
                 Case{all, "e.org/app:1.0,os=linux,arch=amd64",
                      "https://s/e.org/app-1.0-linux-amd64.aci"},
                 Case{all, "e.org/app,os=linux,arch=amd64",
                      "https://s/e.org/app-latest-linux-amd64.aci"},
                 Case{all, "e.org/app:1.0", ""},
                 Case{"https://s/{name}-{version}.{ext}",
                      "e.org/app:", "https://s/e.org/app-latest.aci"},
                 Case{"https://s/{channel}/{ext}", "e.org/app,channel=alpha",
                      "https://s/alpha/aci"},
                 Case{"https://s/{channel}/{ext}", "e.org/app,channel={name}",
                      "https://s/%7Bname%7D/aci"},
                 Case{"https://s/{channel}/{ext}", "e.org/app,channel=a b?c#d&e%f",
                      "https://s/a%20b%3Fc%23d%26e%25f/aci"},
                 Case{"https://s/{version}/{ext}", "e.org/app:1/2+git@x~y",
                      "https://s/1/2+git@x~y/aci"},
                 Case{"https://s/{ext}/{ext}", "e.org/app,ext=evil", "https://s/aci/aci"},
                 Case{"https://s/{name}", "e.org/app", ""},
                 Case{"https://s/{ext}/{", "e.org/app", ""},
                 Case{"https://s/{ext}/{}", "e.org/app", ""},
                 Case{"https://s/{ext}/{Name}", "e.org/app", ""},
                 Case{"https://s/{ext}/}", "e.org/app", "https://s/aci/}"},
                 Case{"", "e.org/app", ""},
             }) {
            CAPTURE(c.text);
            CAPTURE(c.reference);
            const auto reference = parse_image_reference(c.reference).value();
            REQUIRE(reference.name.has_value());
            const auto url = render_template(c.text, *reference.name, reference.labels, "aci");
            CHECK(url.value_or("") == c.url);
        }
    }

    TEST_CASE("os and arch are this host's where nothing else is said") {
        const auto labels = [](const std::string& text) {
            std::string out;
            for (const auto& one :
                 with_host_labels(parse_image_reference(text).value().labels, "aarch64"))
                out += one.name.str() + "=" + one.value + " ";
            return out;
        };
        CHECK(labels("e.org/app:1") == "version=1 os=linux arch=aarch64 ");
        CHECK(labels("e.org/app,arch=amd64,os=freebsd") == "arch=amd64 os=freebsd ");
    }
}
