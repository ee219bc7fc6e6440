// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that hold between the parts of a pod manifest.
#pragma once

#include "base/result.h"
#include "schema/json_node.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// Unique names, mounts that resolve, ports that exist and do not collide, annotations of podd's
/// that make sense. Errors: kInvalidArgument, JSON pointer first.
base::Result<void> check_pod_manifest(const JsonNode& node, const PodManifest& manifest);

}  // namespace podd::schema
