// SPDX-License-Identifier: LGPL-2.1-or-later
// What a manifest makes weaker than podd's defaults, in words for podctl status; pure.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "schema/pod_manifest.h"

namespace podd::daemon {

/// One sentence each, in the manifest's order; empty when nothing is weaker. Source: the defaults
/// that podd.pod(5) lists under "Isolation".
std::vector<std::string> weakened(const schema::PodManifest& manifest);

/// The same of isolators that only the image of a running app has; empty where the manifest of the
/// pod describes the app itself.
std::vector<std::string> weakened_by_image(const schema::RuntimeApp& app,
                                           const plan::AppPlan& plan);

}  // namespace podd::daemon
