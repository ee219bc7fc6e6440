// SPDX-License-Identifier: LGPL-2.1-or-later
// The interfaces of a pod that runs: of its plan, of what podd-network.service lists, and of what
// the plugins of its networks have answered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "network/cni_attachment.h"
#include "network/listing.h"
#include "plan/plan.h"

namespace podd::daemon {

struct PodInterface {
    std::string network;    // a word of the annotation "podd.org/network"
    std::string interface;  // in the pod; empty: the network is not the pod's own, or has none
    std::vector<std::string> addresses;
    bool operator==(const PodInterface&) const = default;
};

/// podd's own network first, then those of plugins in the order of their interfaces.
std::vector<PodInterface> pod_interfaces(const plan::PodPlan& plan,
                                         const std::vector<network::ListedLink>& links,
                                         const std::optional<network::Attachments>& attachments);

/// The plan of a pod that runs. Errors: kNotFound.
base::Result<plan::PodPlan> running_plan(const std::string& pod);
/// What plugins have made for it; nothing where they made nothing, or it cannot be read.
std::optional<network::Attachments> attachments_of(const plan::PodPlan& plan);

}  // namespace podd::daemon
