// SPDX-License-Identifier: LGPL-2.1-or-later
// The limits that a pod asks for, as systemd's bus names them: what is in force may be another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "schema/app.h"
#include "schema/pod_manifest.h"
#include "translate/resources.h"

namespace podd::daemon {

struct AskedLimit {
    std::string property;  // "MemoryMax"
    std::string text;      // path on a device, or the numbers of processors; else empty
    std::uint64_t number = 0;
    bool operator==(const AskedLimit&) const = default;
};

/// Of a manifest's isolators; those that no unit can have are left out.
std::vector<AskedLimit> asked_limits(const std::vector<schema::Isolator>& isolators,
                                     const std::vector<std::string>& io_paths,
                                     translate::Scope scope);

/// Of an image, as the plan of a running app has them.
std::vector<AskedLimit> asked_limits(const std::vector<plan::LimitPlan>& plans);

/// The property of a limit that is no unit's: bytes per second of the pod's link, each way.
inline constexpr const char* kNetworkBandwidth = "NetworkBandwidth";

/// Of a manifest; nothing where it cannot have an effect.
std::optional<std::uint64_t> asked_bandwidth(const schema::PodManifest& manifest);

}  // namespace podd::daemon
