// SPDX-License-Identifier: LGPL-2.1-or-later
// Isolators of a manifest that its grammar takes and that can have no effect; pure.
#pragma once

#include <string>
#include <vector>

#include "schema/pod_manifest.h"

namespace podd::pod {

/// One line each, JSON pointer first. Errors are what a start refuses as well.
struct IsolatorFindings {
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
};

/// Names of capabilities, system calls and errors are those of the libraries that podd runs with.
IsolatorFindings isolator_findings(const schema::PodManifest& manifest);

}  // namespace podd::pod
