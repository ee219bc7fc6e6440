// SPDX-License-Identifier: LGPL-2.1-or-later
// Resource isolators that only an image has → limits of the plan, which stage1 gives to the unit.
#pragma once

#include <vector>

#include "base/result.h"
#include "plan/plan.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"
#include "translate/translate.h"

namespace podd::pod {

/// Empty for an app that the pod's manifest describes itself: its unit says all. Errors:
/// kInvalidArgument with the isolator's name.
base::Result<std::vector<plan::LimitPlan>> plan_limits(const translate::Pod& pod,
                                                       const schema::RuntimeApp& app,
                                                       const store::ImageRecord& image);

}  // namespace podd::pod
