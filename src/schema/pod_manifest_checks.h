// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that hold between the parts of a pod manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/json_node.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// Unique names, mounts that resolve, ports that exist and do not collide, annotations of podd's
/// that make sense. Errors: kInvalidArgument, JSON pointer first.
base::Result<void> check_pod_manifest(const JsonNode& node, const PodManifest& manifest);

/// Ports of the host that are surely taken: everything about them stands in the manifest, which
/// must live longer.
struct HostPorts {
    std::size_t index;  // in "ports"
    std::string_view protocol;
    std::string_view host_ip;  // empty: all addresses
    std::uint32_t first;
    std::uint32_t last;
};
std::vector<HostPorts> host_ports(const PodManifest& manifest);

/// Whether one packet could mean both.
bool collide(const HostPorts& one, const HostPorts& other);

}  // namespace podd::schema
