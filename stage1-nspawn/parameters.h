// SPDX-License-Identifier: LGPL-2.1-or-later
// Kernel parameters of a pod's own namespaces.
#pragma once

#include "base/result.h"
#include "leader.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// Sets what the plan asks for. The caller's children are born in the pod's pid namespace by now.
base::Result<> set_parameters(const plan::PodPlan& pod, const Leader& leader);

/// Lets users who are not root listen on every port. The caller is the host's root, in the pod's
/// own network.
base::Result<> open_low_ports();

}  // namespace podd::stage1
