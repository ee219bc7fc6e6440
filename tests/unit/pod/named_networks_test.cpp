// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/named_networks.h"

#include <cstdint>

#include <doctest/doctest.h>

#include "pod/attachments.h"

using namespace podd;

namespace {

std::vector<network::CniFile> files() {
    std::vector<network::CniFile> list;
    for (const auto* name : {"lan", "wan"})
        list.push_back(
            {std::string{"/etc/podd/net.d/"} + name,
             network::parse_cni_network(R"({"cniVersion":"1.0.0","type":"ptp","name":")" +
                                        std::string{name} + "\"}")});
    return list;
}

base::Result<std::vector<network::Attachment>> attached(const char* text) {
    const auto networks = schema::parse_networks(text);
    REQUIRE(networks);
    schema::PodSettings settings;
    settings.network = networks->own;
    settings.named_networks = networks->named;
    return pod::named_attachments(settings, files());
}

}  // namespace

TEST_CASE("interfaces are numbered in the order of the networks") {
    const auto two = attached("wan lan");
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK(two->at(0).network.name == "wan");
    CHECK(two->at(0).interface == "eth0");
    CHECK(two->at(1).interface == "eth1");
    CHECK(attached("default lan")->front().interface == "eth1");
    CHECK(attached("default-restricted lan")->front().interface == "eth1");
    CHECK(attached("none lan")->front().interface == "eth0");
}

TEST_CASE("arguments with a convention go to whoever asks for them as well") {
    const auto lan = attached("lan:IP=10.1.2.3,fd00::3/64;MAC=02:00:00:00:00:fF;K=v");
    REQUIRE(lan);
    CHECK(lan->front().capabilities.str() ==
          R"({"ips":["10.1.2.3","fd00::3/64"],"mac":"02:00:00:00:00:fF"})");
    CHECK(lan->front().arguments.size() == 3);
    for (const auto* bad : {"lan:IP=10.1.2", "lan:IP=10.1.2.3,", "lan:MAC=02:00:00:00:00",
                            "lan:MAC=02-00-00-00-00-01", "lan:MAC=02:00:00:00:00:0g"}) {
        CAPTURE(bad);
        CHECK_FALSE(attached(bad));
    }
}

TEST_CASE("a network that no file describes is missed") {
    const auto none = attached("lan other");
    REQUIRE_FALSE(none);
    CHECK(none.error().code() == base::ErrorCode::kNotFound);
}

TEST_CASE("ports as plugins want them") {
    CHECK(pod::port_mappings({{"tcp", "", 8080, 80}, {"udp", "192.0.2.1", 53, 5353}}).str() ==
          R"([{"hostPort":8080,"containerPort":80,"protocol":"tcp"},)"
          R"({"hostPort":53,"containerPort":5353,"protocol":"udp","hostIP":"192.0.2.1"}])");
}

TEST_CASE("what plugins were told of ports is found again") {
    const std::vector<plan::PortPlan> ports{{"tcp", "", 8080, 80}, {"udp", "192.0.2.1", 53, 5353}};
    network::Attachments attachments{"web", "1", "none", *attached("lan")};
    CHECK(pod::told_ports(attachments).empty());
    attachments.list.back().capabilities.add("portMappings", pod::port_mappings(ports));
    CHECK(pod::told_ports(attachments) == ports);
}

TEST_CASE("plugins are told a rate in bits, each way, and one that does not ask cannot hold it") {
    CHECK(pod::bandwidth_argument(2'000'000).str() ==
          R"({"ingressRate":16000000,"ingressBurst":320000,"egressRate":16000000,)"
          R"("egressBurst":320000})");
    CHECK(pod::bandwidth_argument(UINT64_MAX).find("egressRate")->as_uint() == INT64_MAX / 8 * 8);
    schema::PodSettings settings;
    settings.network = schema::Network::kNone;
    settings.named_networks = {{"lan", {}}};
    auto lan = *attached("lan");
    CHECK_FALSE(pod::no_bandwidth_of_plugins(settings, lan).empty());
    lan.front().network.plugins.push_back(
        *base::Json::parse(R"({"type":"bandwidth","capabilities":{"bandwidth":true}})"));
    CHECK(pod::no_bandwidth_of_plugins(settings, lan).empty());
    settings.network = schema::Network::kDefault;
    CHECK(pod::no_bandwidth_of_plugins(settings, *attached("lan")).empty());
}
