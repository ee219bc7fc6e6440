// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/rules.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "network/resolver.h"

using namespace podd::network;

namespace {

Connection web() {
    Connection pod;
    pod.pod = "web";
    pod.interface = 7;
    pod.ipv4 = {10, 80, 0, 2};
    pod.ipv6 = parse_ipv6("fdab::2");
    pod.ports = {
        {"tcp", "", 8080, 80}, {"udp", "192.0.2.1", 53, 5353}, {"tcp", "2001:db8::1", 443, 8443}};
    return pod;
}

std::string file(const std::string& name) {
    std::ifstream in{PODD_TEST_DATA "/" + name};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("the whole table") {
    CHECK(table({pool_of({0xAB}), true}) == file("table.nft"));
}

TEST_CASE("the rules lead to where podd-resolve.socket listens") {
    const auto socket = file("../../../units/podd-resolve.socket");
    CHECK(socket.find(fmt::format("ListenDatagram={0}\nListenStream={0}\n", kResolverPort)) !=
          std::string::npos);
    CHECK(table({pool_of({0xAB}), true}).find(fmt::format("redirect to :{}\n", kResolverPort)) !=
          std::string::npos);
}

TEST_CASE("settings change the table, and what it is asked for") {
    const Settings all{pool_of({0xAB}), true};
    auto other = all;
    other.masquerade = false;
    CHECK(table(other).find("daddr @self4 masquerade") != std::string::npos);
    CHECK(table(other).find("oifname != \"podd-*\" masquerade") == std::string::npos);
    CHECK(probe(other) != probe(all));
    other = all;
    other.pool.network = {172, 30, 0, 0};
    CHECK(table(other).find("ip daddr 172.30.0.1 ") != std::string::npos);
    CHECK(table(other).find("ip saddr 172.30.0.0/16 oifname") != std::string::npos);
    CHECK(probe(other) != probe(all));
    other = all;
    other.pool.has_ipv6 = false;
    CHECK(table(other).find("fdab:") == std::string::npos);
    const auto asked = probe(all);
    const auto element = asked.substr(asked.find('{'), asked.find('}') - asked.find('{') + 1);
    CHECK(table(all).find("elements = " + element) != std::string::npos);
}

TEST_CASE("what a pod adds") {
    CHECK(add_elements(web()) == file("web.nft"));
}

TEST_CASE("without IPv6 nothing of it is said") {
    auto pod = web();
    pod.ipv6.reset();
    const auto text = add_elements(pod);
    CHECK(text.find("6 {") == std::string::npos);
    CHECK(text.find("port4 { 6 . 8080 : 10.80.0.2 . 80 }") != std::string::npos);
}

TEST_CASE("ports: each protocol has its number, and a wildcard is of one family or of both") {
    auto pod = web();
    pod.ports = {{"sctp", "", 1, 2}, {"tcp", "0.0.0.0", 3, 4}, {"udp", "::", 5, 6}};
    const auto text = add_elements(pod);
    std::string ports;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (line.find(" port") != std::string::npos) ports += line + "\n";
    CHECK(ports ==
          "add element inet podd port4 { 132 . 1 : 10.80.0.2 . 2 }\n"
          "add element inet podd port6 { 132 . 1 : fdab::2 . 2 }\n"
          "add element inet podd port4 { 6 . 3 : 10.80.0.2 . 4 }\n"
          "add element inet podd port6 { 17 . 5 : fdab::2 . 6 }\n");
}

TEST_CASE("each word opens one thing, and being restricted opens nothing") {
    auto pod = web();
    const auto closed = add_elements(pod);
    CHECK(closed.find("reach_") == std::string::npos);
    const struct {
        bool Access::* word;
        const char* set;
    } cases[] = {{&Access::pods, "reach_pods"},
                 {&Access::host, "reach_host"},
                 {&Access::metadata, "reach_metadata"},
                 {&Access::restricted, "restricted"}};
    for (const auto& one : cases) {
        CAPTURE(one.set);
        pod.access = {};
        pod.access.*one.word = true;
        auto text = add_elements(pod);
        const auto line = std::string{"add element inet podd "} + one.set + " { \"podd-web\" }\n";
        const auto at = text.find(line);
        REQUIRE(at != std::string::npos);
        CHECK(text.erase(at, line.size()) == closed);
    }
}

TEST_CASE("each element is made before it is removed, so that removing twice is no error") {
    const auto added = add_elements(web());
    std::istringstream lines{added};
    std::string wanted;
    for (std::string line; std::getline(lines, line);)
        wanted += line + "\ndelete" + line.substr(3) + "\n";
    CHECK(remove_elements(web()) == wanted);
}
