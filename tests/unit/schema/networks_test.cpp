// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/networks.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::schema;

TEST_SUITE("schema/networks") {
    TEST_CASE("one of podd's own, names of others, or both") {
        const struct {
            const char* text;
            Networks wanted;
        } cases[] = {
            {"none", {Network::kNone, {}}},
            {"default", {Network::kDefault, {}}},
            {" host\t", {Network::kHost, {}}},
            {"lan", {Network::kNone, {{"lan", {}}}}},
            {"none lan", {Network::kNone, {{"lan", {}}}}},
            {"default lan\n w_a.n-2", {Network::kDefault, {{"lan", {}}, {"w_a.n-2", {}}}}},
            {"default-restricted lan", {Network::kDefaultRestricted, {{"lan", {}}}}},
            {"ns:/run/netns/blue", {Network::kPath, {}, "/run/netns/blue"}},
            {"lan:IP=10.1.2.3", {Network::kNone, {{"lan", {{"IP", "10.1.2.3"}}}}}},
            {"lan:IP=fd00::3,10.1.2.3;MAC=02:00:00:00:00:01 wan",
             {Network::kNone,
              {{"lan", {{"IP", "fd00::3,10.1.2.3"}, {"MAC", "02:00:00:00:00:01"}}}, {"wan", {}}}}},
        };
        for (const auto& one : cases) {
            CAPTURE(one.text);
            const auto networks = parse_networks(one.text);
            REQUIRE(networks);
            CHECK(*networks == one.wanted);
        }
    }

    TEST_CASE("what cannot be is refused") {
        const struct {
            std::string text;
            const char* why;
        } cases[] = {
            {"", "found \"\", wanted"},
            {"lan default", "found \"default\" behind another network"},
            {"none host", "found \"host\" behind another network"},
            {"host lan", "found \"lan\" beside \"host\""},
            {"lan wan lan", "found network \"lan\" twice"},
            {"lan lan:IP=10.1.2.3", "found network \"lan\" twice"},
            {"../lan", "found \"../lan\""},
            {"Default", "found \"Default\""},
            {"ns:", "found \"ns:\", wanted \"ns:\" and the absolute path"},
            {"ns:blue", "found \"ns:blue\""},
            {"ns:/", "found \"ns:/\""},
            {"ns:/run/netns/a lan", "found \"lan\" beside"},
            {"lan ns:/run/netns/a", "behind another network"},
            {"-lan", "found \"-lan\""},
            {"l;an", "found \"l;an\""},
            {std::string(65, 'a'), "wanted"},
            {"default:IP=10.1.2.3", "wanted \"default\" without arguments"},
            {"lan:", "found \"\", wanted an argument"},
            {"lan:IP", "found \"IP\", wanted an argument"},
            {"lan:IP=", "found \"IP=\""},
            {"lan:IP=1;", "found \"\""},
            {"lan:=1", "found \"=1\""},
            {"lan:A-B=1", "found \"A-B=1\""},
            {"lan:IP=1;IP=2", "found \"IP\" twice"},
        };
        for (const auto& one : cases) {
            CAPTURE(one.text);
            const auto networks = parse_networks(one.text);
            REQUIRE_FALSE(networks);
            CAPTURE(networks.error().message());
            CHECK(networks.error().message().find(one.why) != std::string::npos);
        }
        std::string many;
        for (int i = 0; i < 33; ++i)
            many += "n" + std::to_string(i) + " ";
        CHECK_FALSE(parse_networks(many));
    }
}
