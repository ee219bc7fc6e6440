// SPDX-License-Identifier: LGPL-2.1-or-later
// Which health check an app has: the manifest's, else the image's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/health.h"
#include "schema/health.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"

namespace podd::pod {

/// With docker's defaults for what nobody says; nothing where `settings` have no check.
std::optional<plan::HealthPlan> health_plan(const schema::HealthSettings& settings);

/// Writes the plan of the app's check where it has one. `warnings` gets what is without effect.
/// Errors: kInvalidArgument: annotations of the image; kIo.
base::Result<> plan_health(const schema::RuntimeApp& runtime, const store::ImageRecord& image,
                           int run_dir, std::vector<std::string>& warnings);

}  // namespace podd::pod
