// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugin_links.h"

#include <doctest/doctest.h>

using namespace podd;

namespace {

network::Attachment attachment(const char* result) {
    network::Attachment one;
    one.network.name = "lan";
    one.interface = "eth0";
    one.capabilities = base::Json{base::Json::Object{}};
    if (result != nullptr) one.result = *base::Json::parse(result);
    return one;
}

std::vector<daemon::PluginLink> listed(network::Attachment one, bool is_running = true) {
    return daemon::plugin_links({"web", "1-2-3", "boot", {std::move(one)}}, is_running);
}

constexpr const char* kBridge = R"({"cniVersion":"1.0.0",
    "interfaces":[{"name":"lan0"},{"name":"veth1"},{"name":"eth0","sandbox":"/run/podd/netns/x"}],
    "ips":[{"address":"10.66.0.2/24","interface":2},{"address":"fd66::2/64","interface":2}]})";
constexpr const char* kMacvlan = R"({"cniVersion":"1.0.0",
    "interfaces":[{"name":"eth0","sandbox":"/run/podd/netns/x"}],"ips":[]})";

}  // namespace

TEST_CASE("what plugins have made is shown as podd's own links are") {
    auto one = attachment(kBridge);
    one.capabilities = *base::Json::parse(R"({
        "portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"},
                        {"hostPort":53,"containerPort":53,"protocol":"udp","hostIP":"192.0.2.1"}],
        "bandwidth":{"ingressRate":8000,"ingressBurst":1,"egressRate":8000,"egressBurst":1}})");
    const auto links = listed(one);
    REQUIRE(links.size() == 1);
    CHECK(links[0].network == "lan");
    network::ListedLink wanted;
    wanted.pod = "web";
    wanted.link = "veth1";
    wanted.addresses = {"10.66.0.2", "fd66::2"};
    wanted.ports = {{"tcp", "", 8080, 80}, {"udp", "192.0.2.1", 53, 53}};
    wanted.bandwidth = 1000;
    CHECK(links[0].link == wanted);
}

TEST_CASE("some have no interface on the host") {
    const auto links = listed(attachment(kMacvlan));
    REQUIRE(links.size() == 1);
    CHECK(links[0].link.link.empty());
    CHECK(links[0].link.addresses.empty());
    CHECK(links[0].link.problems.empty());
}

TEST_CASE("what is not as it should be is said") {
    const auto problems = [](const std::vector<daemon::PluginLink>& links) {
        return links.at(0).link.problems;
    };
    CHECK(problems(listed(attachment(kBridge))).empty());
    CHECK(problems(listed(attachment(nullptr))) ==
          std::vector<std::string>{"its plugins have not made it"});
    CHECK(problems(listed(attachment(R"({"interfaces":1})"))) == std::vector<std::string>{});
    for (const auto* result : {kBridge, static_cast<const char*>(nullptr)})
        CHECK(problems(listed(attachment(result), false)) ==
              std::vector<std::string>{"its pod has ended, and its plugins still hold it"});
}

TEST_CASE("what plugins were told may be anything: it was written by another version") {
    for (const auto* capabilities : {"null", "[]", R"({"portMappings":1,"bandwidth":2})",
                                     R"({"bandwidth":{"ingressRate":"x"}})"}) {
        CAPTURE(capabilities);
        auto one = attachment(kMacvlan);
        one.capabilities = *base::Json::parse(capabilities);
        const auto links = listed(one);
        CHECK(links.at(0).link.ports.empty());
        CHECK_FALSE(links.at(0).link.bandwidth);
    }
    auto one = attachment(kMacvlan);
    one.capabilities = *base::Json::parse(R"({"portMappings":[{"hostPort":70000},3]})");
    CHECK(listed(one).at(0).link.ports ==
          std::vector<network::Port>{{"", "", 0, 0}, {"", "", 0, 0}});
}
