// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/bandwidth.h"

#include <string>

#include <doctest/doctest.h>

#include "schema/pod_manifest.h"

using namespace podd::schema;

namespace {

std::optional<std::uint64_t> limit_of(const std::string& isolators) {
    const auto pod = PodManifest::parse(
        R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}}],"isolators":[)" +
        isolators + "]}");
    REQUIRE(pod.has_value());
    return network_bandwidth(pod->isolators);
}

}  // namespace

TEST_CASE("the last limit of a network counts") {
    CHECK(limit_of("") == std::nullopt);
    CHECK(
        limit_of(R"({"name":"resource/block-bandwidth","value":{"default":true,"limit":"1M"}})") ==
        std::nullopt);
    CHECK(limit_of(R"({"name":"resource/network-bandwidth","value":{"default":true,"limit":"1M"}},
                    {"name":"resource/network-bandwidth","value":{"default":true,"limit":"2Ki"}})") ==
          2048);
}

TEST_CASE(
    "only a link of the pod's own can be limited, and by an app only where it has no other user") {
    const auto on = [](Network network) {
        PodSettings settings;
        settings.network = network;
        return settings;
    };
    for (const auto network : {Network::kDefault, Network::kDefaultRestricted}) {
        CHECK(no_bandwidth_of_pod(on(network)).empty());
        CHECK(no_bandwidth_of_app(on(network), 1).empty());
        CHECK_FALSE(no_bandwidth_of_app(on(network), 2).empty());
    }
    for (const auto network : {Network::kNone, Network::kHost, Network::kPath}) {
        CHECK_FALSE(no_bandwidth_of_pod(on(network)).empty());
        CHECK_FALSE(no_bandwidth_of_app(on(network), 1).empty());
    }
    // Beside another one, the limit would be that of a part.
    auto named = on(Network::kDefault);
    named.named_networks.emplace_back();
    CHECK_FALSE(no_bandwidth_of_pod(named).empty());
    CHECK_FALSE(is_limited_by_plugin(named));
    named.network = Network::kNone;
    CHECK(no_bandwidth_of_pod(named).empty());
    CHECK(is_limited_by_plugin(named));
    CHECK_FALSE(no_bandwidth_of_app(named, 2).empty());
    named.named_networks.emplace_back();
    CHECK_FALSE(no_bandwidth_of_pod(named).empty());
}
