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
    CHECK(no_bandwidth_of_pod(Network::kDefault).empty());
    CHECK(no_bandwidth_of_pod(Network::kDefaultRestricted).empty());
    CHECK_FALSE(no_bandwidth_of_pod(Network::kNone).empty());
    CHECK_FALSE(no_bandwidth_of_pod(Network::kHost).empty());
    CHECK(no_bandwidth_of_app(Network::kDefault, 1).empty());
    CHECK_FALSE(no_bandwidth_of_app(Network::kDefault, 2).empty());
    CHECK_FALSE(no_bandwidth_of_app(Network::kHost, 1).empty());
}
