// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports of the host at the start of a pod: nobody else may have them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "network/cni_attachment.h"
#include "plan/plan.h"
#include "schema/pod_manifest.h"

namespace podd::pod {

/// Refuses ports that a pod that runs or a program of the host has. Keep what comes back until the
/// plan is written, by which others find the ports taken; it is empty where the pod has none. Where
/// the kernel lists no sockets a warning says so. Errors: kConflict; kUnavailable when another
/// start is stuck.
base::Result<base::UniqueFd> claim_ports(const plan::PodPlan& plan,
                                         const std::optional<network::Attachments>& networks,
                                         const schema::PodManifest& manifest,
                                         std::vector<std::string>& warnings);

}  // namespace podd::pod
