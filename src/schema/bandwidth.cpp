// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/bandwidth.h"

#include "schema/isolators.h"

namespace podd::schema {

std::optional<std::uint64_t> network_bandwidth(const std::vector<Isolator>& isolators) {
    std::optional<std::uint64_t> limit;
    for (const auto& isolator : isolators) {
        const auto value = isolator_value(isolator);
        const auto* resource = value ? std::get_if<ResourceIsolator>(&*value) : nullptr;
        if (resource != nullptr && resource->limit &&
            resource->kind == ResourceIsolator::Kind::kNetworkBandwidth)
            limit = resource->limit->value();
    }
    return limit;
}

std::string_view no_bandwidth_of_pod(Network network) {
    switch (network) {
        case Network::kDefault:
        case Network::kDefaultRestricted: break;
        case Network::kNone: return "the network \"none\" has no link that could be limited";
        case Network::kHost: return "the network \"host\" is not the pod's own to be limited";
        case Network::kPath: return "a network that the pod joins is not its own to be limited";
    }
    return {};
}

std::string_view no_bandwidth_of_app(Network network, std::size_t apps) {
    if (const auto why = no_bandwidth_of_pod(network); !why.empty()) return why;
    // All of them send by the pod's one link.
    if (apps > 1) return "the network belongs to all apps of the pod: the pod's isolators limit it";
    return {};
}

}  // namespace podd::schema
