// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_attachment.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "network/cni_reply.h"

using namespace podd::network;
using podd::base::Json;

namespace {

Attachments web() {
    auto lan = parse_cni_network(
        R"({"cniVersion":"1.0.0","name":"lan","plugins":[{"type":"bridge","name":"x","mtu":1400},)"
        R"({"type":"portmap","capabilities":{"portMappings":true,"mac":true},"snat":true}]})");
    REQUIRE(lan.has_value());
    return {"web",
            "6733c088-a507-4694-aabf-0edebea70a4c",
            "boot",
            {{std::move(*lan),
              "eth1",
              {{"IP", "10.1.2.3"}, {"K", "v"}},
              Json::parse(R"({"portMappings":[{"hostPort":80}],"ips":["10.1.2.3"]})").value()}}};
}

}  // namespace

TEST_CASE("what a plugin reads: its own configuration, and what only a run knows") {
    const auto pods = web();
    CHECK(plugin_request(pods.list[0], 0, nullptr).str() ==
          R"({"cniVersion":"1.0.0","name":"lan","type":"bridge","mtu":1400})");
    const Json before = Json::parse(R"({"ips":[]})").value();
    CHECK(plugin_request(pods.list[0], 1, &before).str() ==
          R"({"cniVersion":"1.0.0","name":"lan","type":"portmap","snat":true,)"
          R"("runtimeConfig":{"portMappings":[{"hostPort":80}]},"prevResult":{"ips":[]}})");
}

TEST_CASE("the environment of a plugin is what the specification names, and a path") {
    const auto pods = web();
    const auto environment = plugin_environment(CniCommand::kAdd, pods, pods.list[0], "/run/n",
                                                {"/usr/lib/cni", "/opt/cni"});
    const std::vector<std::string> wanted{"CNI_COMMAND=ADD",
                                          "CNI_CONTAINERID=6733c088-a507-4694-aabf-0edebea70a4c",
                                          "CNI_NETNS=/run/n",
                                          "CNI_IFNAME=eth1",
                                          "CNI_PATH=/usr/lib/cni:/opt/cni",
                                          "CNI_ARGS=IgnoreUnknown=1;IP=10.1.2.3;K=v"};
    REQUIRE(environment.size() == wanted.size() + 1);
    CHECK(environment.front().starts_with("PATH=/usr"));
    CHECK(std::equal(wanted.begin(), wanted.end(), environment.begin() + 1));
    CHECK(name_of(CniCommand::kDel) == "DEL");
    CHECK(name_of(CniCommand::kCheck) == "CHECK");
}

TEST_CASE("attachments are read as they were written") {
    auto pods = web();
    CHECK(parse_attachments(to_json(pods).str()).value() == pods);
    pods.list[0].result = Json::parse(R"({"interfaces":[{"name":"eth1"}]})").value();
    CHECK(parse_attachments(to_json(pods).str()).value() == pods);
}

TEST_CASE("damaged attachments are refused") {
    for (const auto* member : {"pod", "uuid", "boot", "attachments"}) {
        CAPTURE(member);
        auto json = to_json(web());
        for (auto& [name, value] : *json.as_object())
            if (name == member) value = 7;
        CHECK_FALSE(parse_attachments(json.str()));
    }
    for (const auto* member : {"network", "interface", "arguments"}) {
        CAPTURE(member);
        auto json = to_json(web());
        auto& list = *json.as_object()->back().second.as_array();
        for (auto& [name, value] : *list[0].as_object())
            if (name == member) value = 7;
        CHECK_FALSE(parse_attachments(json.str()));
    }
}

TEST_CASE("an answer to a start is read as it was written") {
    const CniReply replies[] = {{"", {7, 9}, "nameserver 10.1.2.1\n"}, {"no", {}, ""}};
    for (const auto& reply : replies)
        CHECK(parse_cni_reply(to_text(reply)).value() == reply);
    for (const auto* text : {"", "{}", R"({"error":"","interfaces":[-1],"resolvConf":""})",
                             R"({"error":"","interfaces":7,"resolvConf":""})"})
        CHECK_FALSE(parse_cni_reply(text));
}
