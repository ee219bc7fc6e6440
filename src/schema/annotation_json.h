// SPDX-License-Identifier: LGPL-2.1-or-later
// Checking podd's annotations where they stand in a manifest.
#pragma once

#include <vector>

#include "base/result.h"
#include "schema/annotations.h"
#include "schema/json_node.h"

namespace podd::schema {

// `owner` is the node of the object that has the "annotations". Errors: kInvalidArgument, JSON
// pointer first.
base::Result<PodSettings> read_pod_settings(const JsonNode& owner,
                                            const std::vector<Annotation>& annotations);
base::Result<AppSettings> read_app_settings(const JsonNode& owner,
                                            const std::vector<Annotation>& annotations);

}  // namespace podd::schema
