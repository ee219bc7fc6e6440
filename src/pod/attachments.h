// SPDX-License-Identifier: LGPL-2.1-or-later
// What is planned of the networks of plugins that a pod is on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "network/cni_attachment.h"
#include "plan/plan.h"
#include "schema/annotations.h"

namespace podd::pod {

/// Nothing where the pod is on none. `ports` go to the first network that can forward them, unless
/// podd's own does. Errors: as named_attachments().
base::Result<std::optional<network::Attachments>> attachments(
    const plan::PodPlan& plan, const schema::PodSettings& settings,
    const std::optional<std::vector<plan::PortPlan>>& ports, std::vector<std::string>& warnings);

base::Result<> write_attachments(int run_dir, const network::Attachments& attachments);

/// As plugins want them. Source: CNI conventions, "portMappings".
base::Json port_mappings(const std::vector<plan::PortPlan>& ports);

}  // namespace podd::pod
