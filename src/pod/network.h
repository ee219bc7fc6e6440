// SPDX-License-Identifier: LGPL-2.1-or-later
// The network part of a pod's plan; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"
#include "schema/annotations.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"

namespace podd::pod {

plan::Network network_of(schema::Network network);

/// Whether users who are not root may listen on every port, as only the pod's own are at stake. A
/// manifest whose parameters name the first such port decides itself.
bool opens_low_ports(schema::Network network, const schema::StringMap& sysctls);
/// Nothing where nothing more is open than by default.
std::optional<std::vector<plan::NetworkAccess>> access_of(const schema::NetworkAccess& access);

/// Nothing where the manifest says nothing of it.
std::optional<plan::DnsPlan> dns_of(const schema::NameResolution& names);
std::optional<plan::HostsPlan> hosts_of(const schema::NameResolution& names);

/// The ports that the host is to forward, each of a range by itself; `images` are those of the
/// apps, which describe the ports where the manifest does not. Those that systemd listens at are
/// not among them. Nothing on a network that cannot forward any. Errors: kInvalidArgument,
/// kUnsupported.
base::Result<std::optional<std::vector<plan::PortPlan>>> forwarded_ports(
    const schema::PodManifest& manifest, const schema::PodSettings& settings,
    const std::vector<store::ImageRecord>& images);

/// What the link is to be held to: what the pod says, or its only app, whichever is less. Errors:
/// kInvalidArgument for a limit of nothing.
base::Result<std::optional<plan::BandwidthPlan>> bandwidth(
    const schema::PodManifest& manifest, const schema::PodSettings& settings,
    const std::vector<store::ImageRecord>& images);

/// What systemd listens at, and a proxy hands on.
std::optional<std::vector<plan::PortPlan>> proxied_ports(const schema::PodManifest& manifest);

/// What systemd listens at for the app of that name, which gets the sockets.
std::optional<std::vector<plan::SocketPlan>> sockets_of(const schema::PodManifest& manifest,
                                                        const schema::AcName& app);

/// One sentence for each port that is to be socket-activated by the word of an image alone.
std::vector<std::string> unheard_sockets(const schema::PodManifest& manifest,
                                         const std::vector<store::ImageRecord>& images);

}  // namespace podd::pod
