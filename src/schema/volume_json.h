// SPDX-License-Identifier: LGPL-2.1-or-later
// A volume where it stands in a pod manifest.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "schema/json_node.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// Errors: kInvalidArgument, JSON pointer first.
base::Result<Volume> read_volume(const JsonNode& node);
base::Json write_volume(const Volume& volume);

}  // namespace podd::schema
