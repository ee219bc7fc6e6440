// SPDX-License-Identifier: LGPL-2.1-or-later
// The networks of plugins that a manifest names, looked up on this host.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "network/cni_attachment.h"
#include "network/cni_files.h"
#include "schema/annotations.h"
#include "schema/pod_manifest.h"

namespace podd::pod {

/// Such plugins are told ports. Source: CNI conventions.
inline constexpr std::string_view kPortMappings = "portMappings";
/// Such plugins are told a rate. Source: CNI conventions.
inline constexpr std::string_view kBandwidth = "bandwidth";

/// In the order of their interfaces, of which "default" has the first. Errors: as
/// network::find_cni_network(); kInvalidArgument for a bad argument.
base::Result<std::vector<network::Attachment>> named_attachments(
    const schema::PodSettings& settings, const std::vector<network::CniFile>& files);

/// Why the plugins of a pod's only network cannot hold it to a rate; empty when they can, and where
/// that is nobody's business but podd's.
std::string_view no_bandwidth_of_plugins(const schema::PodSettings& settings,
                                         const std::vector<network::Attachment>& attachments);
/// The same of the plugins of this host.
std::string_view no_bandwidth_here(const schema::PodSettings& settings);

/// Whether a plugin of this host would be told the ports of such a pod.
bool plugins_forward_here(const schema::PodSettings& settings);

/// One line each, JSON pointer first: networks and plugins that this host has not, and files that
/// are broken. Errors are what a start refuses as well.
struct NetworkFindings {
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
};
NetworkFindings network_findings(const schema::PodManifest& manifest);

}  // namespace podd::pod
