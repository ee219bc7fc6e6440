// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/asked_limits.h"

#include <algorithm>
#include <variant>

#include "schema/bandwidth.h"
#include "unit/render.h"

namespace podd::daemon {

namespace {

void add(std::vector<AskedLimit>& limits, const unit::Setting& setting) {
    const auto property = unit::property("Service", setting);
    if (!property) return;
    if (const auto* number = std::get_if<std::uint64_t>(&property->value))
        limits.push_back({property->name, {}, *number});
    else if (const auto* devices = std::get_if<std::vector<unit::IoLimit>>(&property->value))
        for (const auto& device : *devices)
            limits.push_back({property->name, device.path, device.per_sec});
    else
        limits.push_back({property->name, setting.value, 0});
}

}  // namespace

std::vector<AskedLimit> asked_limits(const std::vector<schema::Isolator>& isolators,
                                     const std::vector<std::string>& io_paths,
                                     translate::Scope scope) {
    std::vector<AskedLimit> limits;
    const auto settings = translate::resource_settings(isolators, io_paths, scope);
    if (!settings) return limits;
    for (const auto& setting : *settings)
        if (!translate::controller_of(setting.key).empty()) add(limits, setting);
    return limits;
}

std::optional<std::uint64_t> asked_bandwidth(const schema::PodManifest& manifest) {
    const auto settings = schema::pod_settings(manifest);
    if (!settings || !schema::no_bandwidth_of_pod(*settings).empty()) return std::nullopt;
    auto limit = schema::network_bandwidth(manifest.isolators);
    const auto& first = manifest.apps.front().app;
    if (manifest.apps.size() == 1 && first)
        if (const auto own = schema::network_bandwidth(first->isolators))
            limit = std::min(limit.value_or(*own), *own);
    return limit;
}

std::vector<AskedLimit> asked_limits(const std::vector<plan::LimitPlan>& plans) {
    std::vector<AskedLimit> limits;
    limits.reserve(plans.size());
    for (const auto& plan : plans)
        limits.push_back({plan.property, plan.path, plan.value});
    return limits;
}

}  // namespace podd::daemon
