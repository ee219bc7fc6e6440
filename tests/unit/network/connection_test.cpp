// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/connection.h"

#include <doctest/doctest.h>

#include "network/message.h"

using namespace podd::network;
using podd::base::Json;

TEST_CASE("a connection is read as it was written") {
    Connection pod;
    pod.pod = "web";
    pod.interface = 7;
    pod.ipv4 = {10, 80, 0, 2};
    pod.ports = {{"tcp", "", 8080, 80}, {"udp", "2001:db8::1", 53, 5353}};
    pod.access = {.restricted = true, .pods = false, .host = true, .metadata = false};
    pod.bandwidth = 1'000'000;
    pod.since = 1'700'000'000'000'000;
    for (const auto& ipv6 : {std::optional<Ipv6>{}, parse_ipv6("fdab::2")}) {
        pod.ipv6 = ipv6;
        const auto back = connection_from_json(Json::parse(to_json(pod).str()).value());
        REQUIRE(back.has_value());
        CHECK(*back == pod);
    }
}

TEST_CASE("a connection of an earlier version has nothing opened") {
    Connection pod;
    pod.pod = "web";
    Json::Object members;
    const auto json = to_json(pod);
    for (const auto& [name, value] : *json.as_object())
        if (name != "access") members.emplace_back(name, value);
    CHECK(connection_from_json(Json{members}).value() == pod);
}

TEST_CASE("a damaged connection is refused") {
    const struct {
        const char* member;
        Json value;
    } cases[] = {
        {"pod", 3},
        {"pod", "a/b"},
        {"interface", -1},
        {"interface", std::uint64_t{1} << 32U},
        {"ipv4", "::1"},
        {"ipv6", "10.80.0.2"},
        {"ports", "none"},
        {"ports", Json::Array{Json::Object{{"protocol", "tcp"}}}},
        {"access", "host"},
        {"access", Json::Array{"everything"}},
        {"access", Json::Array{1}},
        {"bandwidth", 0},
        {"since", "yesterday"},
        {"bandwidth", "1M"},
    };
    Connection pod;
    pod.pod = "web";
    for (const auto& one : cases) {
        CAPTURE(one.member);
        auto json = to_json(pod);
        for (auto& [name, value] : *json.as_object())
            if (name == one.member) value = one.value;
        if (json.find(one.member) == nullptr) json.add(one.member, one.value);
        CHECK(!connection_from_json(json));
    }
}

TEST_CASE("a damaged port is refused: it would become a rule") {
    const Port good{"tcp", "192.0.2.1", 8080, 80};
    REQUIRE(
        ports_from_json(&static_cast<const Json&>(Json{Json::Array{to_json(good)}})).has_value());
    const Port bad[] = {{"dccp", "", 1, 1},           {"tcp", "0::1", 1, 1}, {"tcp }", "", 1, 1},
                        {"tcp", "192.0.2.1 }", 1, 1}, {"tcp", "", 0, 1},     {"tcp", "", 1, 0}};
    for (const auto& port : bad) {
        CAPTURE(port.protocol);
        const Json list{Json::Array{to_json(port)}};
        CHECK(!ports_from_json(&list));
    }
}

TEST_CASE("ports that one packet could mean") {
    const Port all{"tcp", "", 80, 8080};
    const Port at{"tcp", "192.0.2.1", 80, 8080};
    const Port elsewhere{"tcp", "192.0.2.2", 80, 8080};
    const Port udp{"udp", "", 80, 8080};
    const Port other{"tcp", "", 81, 8080};
    const Port ipv4{"tcp", "0.0.0.0", 80, 8080};
    const Port ipv6{"tcp", "::", 80, 8080};
    CHECK(clash(ipv4, at));
    CHECK(clash(ipv6, all));
    CHECK(!clash(ipv6, at));
    CHECK(!clash(ipv6, ipv4));
    CHECK(clash(all, all));
    CHECK(clash(all, at));
    CHECK(clash(at, all));
    CHECK(clash(at, at));
    CHECK(!clash(at, elsewhere));
    CHECK(!clash(all, udp));
    CHECK(!clash(all, other));
}

TEST_CASE("requests and replies") {
    const Request requests[] = {
        {Request::Verb::kConnect, "web", {{"tcp", "", 80, 8080}}, {}},
        {Request::Verb::kConnect, "web", {}, {false, true, false, true}},
        {Request::Verb::kDisconnect, "web", {}, {}},
        {Request::Verb::kConnect, "web", {}, {}, 5, true},
        {Request::Verb::kList, "", {}, {}},
        {Request::Verb::kRules, "", {}, {}},
    };
    for (const auto& request : requests) {
        const auto back = parse_request(to_text(request));
        REQUIRE(back.has_value());
        CHECK(*back == request);
    }
    for (const auto* text :
         {"", "{}", R"({"verb":"connect","pod":"a"})", R"({"verb":"connect","pod":"a","ports":[]})",
          R"({"verb":"disconnect","pod":"../a"})", R"({"verb":"disconnect","pod":""})",
          R"({"verb":"disconnect","pod":"a\" }"})", R"({"verb":"other","pod":"a"})"}) {
        CAPTURE(text);
        CHECK(!parse_request(text));
    }
    const Reply reply{"no free address", 3, "no ifb", Ipv4{10, 80, 0, 1}, {"a.example", "b"}};
    CHECK(parse_reply(to_text(reply)).value() == reply);
    CHECK(!parse_reply("{}"));
    CHECK(!parse_reply(R"({"error":"","interface":-1})"));
}
