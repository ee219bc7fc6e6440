// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/pod_interfaces.h"

#include <doctest/doctest.h>

using namespace podd;
using daemon::PodInterface;

namespace {

plan::PodPlan on(plan::Network network) {
    plan::PodPlan plan;
    plan.name = "web";
    plan.network = network;
    return plan;
}

network::Attachments lan(const char* result) {
    network::Attachment one;
    one.network.name = "lan";
    one.interface = "eth1";
    if (result != nullptr) one.result = *base::Json::parse(result);
    return {"web", "", "", {one}};
}

network::ListedLink recorded(const char* pod, const char* address) {
    network::ListedLink one;
    one.pod = pod;
    one.addresses = {address, "fd00::2"};
    return one;
}

}  // namespace

TEST_CASE("a pod's own network has the addresses that are recorded of it") {
    const std::vector<network::ListedLink> links{recorded("other", "10.80.0.9"),
                                                 recorded("web", "10.80.0.2")};
    CHECK(daemon::pod_interfaces(on(plan::Network::kDefault), links, std::nullopt) ==
          std::vector<PodInterface>{{"default", "eth0", {"10.80.0.2", "fd00::2"}}});
    CHECK(daemon::pod_interfaces(on(plan::Network::kDefaultRestricted), {}, std::nullopt) ==
          std::vector<PodInterface>{{"default-restricted", "eth0", {}}});
    CHECK(daemon::pod_interfaces(on(plan::Network::kNone), links, std::nullopt) ==
          std::vector<PodInterface>{{"none", "", {}}});
    CHECK(daemon::pod_interfaces(on(plan::Network::kHost), links, std::nullopt) ==
          std::vector<PodInterface>{{"host", "", {}}});
    auto path = on(plan::Network::kPath);
    path.network_path = "/run/netns/blue";
    CHECK(daemon::pod_interfaces(path, links, std::nullopt) ==
          std::vector<PodInterface>{{"ns:/run/netns/blue", "", {}}});
}

TEST_CASE("networks of plugins follow, with the addresses that plugins have answered") {
    const auto* result = R"({"cniVersion":"1.0.0",
        "interfaces":[{"name":"lan0"},{"name":"eth1","sandbox":"/run/podd/netns/x"}],
        "ips":[{"address":"10.66.0.2/24","interface":1},{"address":"fd66::2/64","interface":1}]})";
    const PodInterface wanted{"lan", "eth1", {"10.66.0.2", "fd66::2"}};
    CHECK(daemon::pod_interfaces(on(plan::Network::kDefault), {recorded("web", "10.80.0.2")},
                                 lan(result)) ==
          std::vector<PodInterface>{{"default", "eth0", {"10.80.0.2", "fd00::2"}}, wanted});
    CHECK(daemon::pod_interfaces(on(plan::Network::kNone), {}, lan(result)) ==
          std::vector<PodInterface>{wanted});
    CHECK(daemon::pod_interfaces(on(plan::Network::kNone), {}, lan(nullptr)) ==
          std::vector<PodInterface>{{"lan", "eth1", {}}});
}
