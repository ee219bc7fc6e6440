// SPDX-License-Identifier: LGPL-2.1-or-later
// What a manifest makes weaker than podd's defaults, in words for podctl status; pure.
#pragma once

#include <string>
#include <vector>

#include "schema/pod_manifest.h"

namespace podd::daemon {

/// One sentence each, in the manifest's order; empty when nothing is weaker. Source: the defaults
/// that podd.pod(5) lists under "Isolation".
std::vector<std::string> weakened(const schema::PodManifest& manifest);

}  // namespace podd::daemon
