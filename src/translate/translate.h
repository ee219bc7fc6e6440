// SPDX-License-Identifier: LGPL-2.1-or-later
// Pod → units. The only place that knows this mapping; pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "schema/pod_manifest.h"
#include "unit/unit.h"

namespace podd::translate {

/// A pod as somebody declared it.
struct Pod {
    schema::PodName name;
    schema::PodManifest manifest;
    std::string source_path;  // of the manifest file; empty for a transient pod
};

struct Options {
    int systemd_version = 252;  // of the running manager: keys newer than it are not written
    /// Transient pods bring their manifest along as StandardInputData=; the text as it was given.
    std::string transient_manifest;
    bool ipv6 = true;  // the host has it
    bool sctp = true;  // the host's kernel has it
};

/// Units of the pod, the sandbox (pod-<name>.service) first; the slice only where it says
/// something. Errors: kInvalidArgument where the manifest asks for something that no unit can say.
base::Result<std::vector<unit::Unit>> translate(const Pod& pod, const Options& options);

/// What the isolators of an image's own app would be in its unit. The units do not have it: who
/// translates does not know images.
base::Result<std::vector<unit::Setting>> image_resources(
    const Pod& pod, const std::vector<schema::Isolator>& isolators);

/// Isolators and restart steps that have no effect with that version of systemd, one line for each,
/// JSON pointer first. What else a manifest asks
/// for in vain is told by schema/warnings.h.
std::vector<std::string> warnings(const Pod& pod, int systemd_version);

}  // namespace podd::translate
