// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/listing.h"

#include <doctest/doctest.h>

using namespace podd::network;

namespace {

Connection record(const std::string& pod, std::uint32_t interface) {
    Connection one;
    one.pod = pod;
    one.interface = interface;
    one.ipv4 = {10, 80, 0, 2};
    one.ports = {{"tcp", "192.0.2.1", 8080, 80}};
    return one;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("a link is well when record, interface and rules are there") {
    auto web = record("web", 7);
    web.ipv6 = parse_ipv6("fdab::2");
    web.since = 5;
    web.access.restricted = true;
    const auto links = listed_links({web}, {{7, "podd-web", "web", {"10.80.0.2"}}}, {});
    REQUIRE(links.size() == 1);
    CHECK(links[0] ==
          ListedLink{"web", true, "podd-web", {"10.80.0.2", "fdab::2"}, web.ports, {}, 5, {}});
}

TEST_CASE("what is missing of a link, and what is there without one") {
    auto limited = record("slow", 3);
    limited.bandwidth = 1000;
    struct Row {
        std::vector<Connection> records;
        std::vector<SeenInterface> interfaces;
        Problems without_rules;
        std::string link;
        Problems problems;
    };
    for (const auto& [records, interfaces, without_rules, link, problems] : std::vector<Row>{
             {{record("web", 7)}, {}, {}, "podd-web", {"its link is gone"}},
             // Another interface has taken the name.
             {{record("web", 7)}, {{8, "podd-web", "", {}}}, {}, "podd-web", {"its link is gone"}},
             {{record("web", 7)},
              {{7, "podd-web", "web", {}}},
              {"web"},
              "podd-web",
              {"its rules are gone"}},
             {{limited},
              {{3, "podd-slow", "slow", {}}},
              {},
              "podd-slow",
              {"\"podd_slow\", which limits it, is gone"}},
             {{limited},
              {{3, "podd-slow", "slow", {}}, {4, "podd_slow", "slow", {}}},
              {},
              "podd-slow",
              {}},
             {{}, {{7, "podd-web", "web", {}}}, {}, "podd-web", {"nothing is recorded of it"}},
             {{}, {{7, "podd_web", "", {}}}, {}, "podd_web", {"nothing is recorded of it"}},
         }) {
        CAPTURE(link);
        const auto links = listed_links(records, interfaces, without_rules);
        REQUIRE(links.size() == 1);
        CHECK(links[0].link == link);
        CHECK(links[0].problems == problems);
    }
}

TEST_CASE("an interface that limits a pod of no limit belongs to nobody") {
    const auto links = listed_links({record("web", 7)},
                                    {{7, "podd-web", "web", {}}, {8, "podd_web", "web", {}}}, {});
    REQUIRE(links.size() == 2);
    CHECK(links[0].problems.empty());
    CHECK(links[1].link == "podd_web");
    CHECK(links[1].problems == Problems{"nothing is recorded of it"});
}

TEST_CASE("links are read as they were written, and damaged ones are refused") {
    auto web = record("web", 7);
    web.bandwidth = 5;
    const auto links = listed_links({web, record("a", 3)}, {{9, "podd-x", "", {"10.80.0.3"}}}, {});
    CHECK(parse_links(to_text(links)).value() == links);
    for (const auto* text : {"", "{}", "[1]", R"([{"pod":"a"}])",
                             R"([{"pod":"a","link":"b","ports":[],"problems":[]}])"}) {
        CAPTURE(text);
        CHECK(!parse_links(text));
    }
}
