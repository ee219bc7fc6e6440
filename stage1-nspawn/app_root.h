// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts the mount trees of a pod's apps together. Runs as the host's root inside the pod's pid and
// network namespace, before any process of the pod does.
#pragma once

#include <vector>

#include "base/result.h"
#include "leader.h"
#include "plan/plan.h"
#include "sources.h"

namespace podd::stage1 {

struct PodTree {
    const plan::PodPlan& pod;
    const std::vector<plan::AppPlan>& apps;
    HostSources& sources;
    PodMounts& mounts;
};

/// Afterwards the root of this mount namespace is the app's root, or, where the pod has more than
/// one, a folder with one of them each; nothing of the host is left in it.
base::Result<> build_pod_tree(PodTree tree);

}  // namespace podd::stage1
