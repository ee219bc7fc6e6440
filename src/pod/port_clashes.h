// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports of the host that two pods want; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/pod_manifest.h"
#include "schema/pod_manifest_checks.h"

namespace podd::pod {

/// A pod that may run at the same time.
struct PortUser {
    std::string pod;
    std::string path;  // of its manifest
    schema::PodManifest manifest;
};

/// All that the manifest surely takes, which must live longer.
std::vector<schema::HostPorts> wanted_host_ports(const schema::PodManifest& manifest);

/// What keeps `mine` from its ports while one of the others runs: JSON pointer first, then the
/// other's file and pointer. A pod does not clash with another manifest of its own.
std::vector<std::string> port_clashes(const PortUser& mine, const std::vector<PortUser>& others);

}  // namespace podd::pod
