// SPDX-License-Identifier: LGPL-2.1-or-later
// What is planned of the networks of plugins that a pod is on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "network/cni_attachment.h"
#include "plan/plan.h"
#include "schema/annotations.h"

namespace podd::pod {

/// What plugins that ask for it are told of the pod.
struct ForPlugins {
    const std::optional<std::vector<plan::PortPlan>>& ports;
    const std::optional<plan::BandwidthPlan>& bandwidth;
};

/// Nothing where the pod is on none. Ports go to the first network that can forward them, unless
/// podd's own does; a limit to the only network, unless it has no plugin for it. Errors: as
/// named_attachments().
base::Result<std::optional<network::Attachments>> attachments(const plan::PodPlan& plan,
                                                              const schema::PodSettings& settings,
                                                              const ForPlugins& told,
                                                              std::vector<std::string>& warnings);

base::Result<> write_attachments(int run_dir, const network::Attachments& attachments);

/// As plugins want them. Source: CNI conventions, "portMappings".
base::Json port_mappings(const std::vector<plan::PortPlan>& ports);
/// What plugins were told of ports; a number that is none is 0.
std::vector<plan::PortPlan> told_ports(const network::Attachment& attachment);
std::vector<plan::PortPlan> told_ports(const network::Attachments& attachments);
/// As plugins want it. Source: CNI conventions, "bandwidth": bits.
base::Json bandwidth_argument(std::uint64_t bytes_per_sec);

}  // namespace podd::pod
