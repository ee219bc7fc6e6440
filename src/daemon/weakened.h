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

/// The same of what only the plan of a running app tells: its user by number, and isolators that
/// its image has, where the manifest of the pod does not describe the app itself. `app` is one of
/// `manifest`.
std::vector<std::string> weakened_in_plan(const schema::PodManifest& manifest,
                                          const schema::RuntimeApp& app, const plan::AppPlan& plan);

}  // namespace podd::daemon
