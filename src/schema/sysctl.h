// SPDX-License-Identifier: LGPL-2.1-or-later
// Kernel parameters that a pod may have values of its own for.
#pragma once

#include "base/result.h"
#include "schema/annotations.h"
#include "schema/json_node.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

// The isolators "os/unix/sysctl" of the pod, whose manifest `node` is. Errors: kInvalidArgument,
// JSON pointer first: a name that is no parameter of a pod's own namespaces.
base::Result<void> check_sysctls(const JsonNode& node, const PodManifest& manifest,
                                 const PodSettings& settings);

/// Names and values of all of the pod's isolators "os/unix/sysctl".
base::Result<StringMap> pod_sysctls(const PodManifest& manifest);

}  // namespace podd::schema
