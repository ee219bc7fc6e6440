// SPDX-License-Identifier: LGPL-2.1-or-later
// Arguments of the command line for the app of a manifest; pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "schema/pod_manifest.h"

namespace podd::podctl {

/// Makes them "args" of the pod's one app. Errors: kInvalidArgument for several apps, and for an
/// app whose "app" says all that it runs.
base::Result<> set_arguments(schema::PodManifest& manifest,
                             const std::vector<std::string>& arguments);

}  // namespace podd::podctl
