// SPDX-License-Identifier: LGPL-2.1-or-later
// The isolator "resource/network-bandwidth": what it says, and where it can have an effect; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schema/annotations.h"
#include "schema/app.h"

namespace podd::schema {

/// Bytes per second of a list of isolators: of several the last one counts.
std::optional<std::uint64_t> network_bandwidth(const std::vector<Isolator>& isolators);

/// Whether a plugin is to hold the pod to such a limit, and not podd itself.
bool is_limited_by_plugin(const PodSettings& pod);

/// Why such an isolator of the pod, or of one of its `apps`, cannot have an effect on any host;
/// empty when it can.
std::string_view no_bandwidth_of_pod(const PodSettings& pod);
std::string_view no_bandwidth_of_app(const PodSettings& pod, std::size_t apps);

}  // namespace podd::schema
