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

bool is_limited_by_plugin(const PodSettings& pod) {
    return pod.network == Network::kNone && pod.named_networks.size() == 1;
}

std::string_view no_bandwidth_of_pod(const PodSettings& pod) {
    if (is_shared(pod.network)) return "the pod has no network of its own that could be limited";
    const std::size_t networks = pod.named_networks.size() + (has_link(pod.network) ? 1 : 0);
    if (networks > 1) return "the pod has several networks: a limit would be that of a part";
    // Whether one of its plugins can limit it the host knows.
    if (is_limited_by_plugin(pod)) return {};
    return has_link(pod.network) ? "" : "the network \"none\" has no link that could be limited";
}

std::string_view no_bandwidth_of_app(const PodSettings& pod, std::size_t apps) {
    if (const auto why = no_bandwidth_of_pod(pod); !why.empty()) return why;
    // All of them send by the pod's one link.
    if (apps > 1) return "the network belongs to all apps of the pod: the pod's isolators limit it";
    return {};
}

}  // namespace podd::schema
