// SPDX-License-Identifier: LGPL-2.1-or-later
// Which app of a pod waits for which, when it is started again, and what its own PID namespace
// excludes: checks that need more than one annotation.
#pragma once

#include <vector>

#include "base/result.h"
#include "schema/annotations.h"
#include "schema/json_node.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

// `list` is the node of "apps", `settings` has one element for each app. Errors: kInvalidArgument,
// JSON pointer of the annotation first: an app that is not there, an app that waits for itself, an
// init app with an order of its own, nothing but init apps, settings of restarts that
// have no effect without each other, what does not go together with a PID namespace of its own.
base::Result<void> check_app_order(const JsonNode& list, const std::vector<RuntimeApp>& apps,
                                   const std::vector<AppSettings>& settings);

}  // namespace podd::schema
