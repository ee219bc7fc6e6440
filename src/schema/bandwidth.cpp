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

std::string_view no_bandwidth_of_pod(const PodSettings& pod) {
    // Of what plugins have made podd knows no link; some of them can limit it themselves.
    if (!pod.named_networks.empty()) return "networks of plugins are limited by plugins";
    if (is_shared(pod.network)) return "the pod has no network of its own that could be limited";
    return has_link(pod.network) ? "" : "the network \"none\" has no link that could be limited";
}

std::string_view no_bandwidth_of_app(const PodSettings& pod, std::size_t apps) {
    if (const auto why = no_bandwidth_of_pod(pod); !why.empty()) return why;
    // All of them send by the pod's one link.
    if (apps > 1) return "the network belongs to all apps of the pod: the pod's isolators limit it";
    return {};
}

}  // namespace podd::schema
