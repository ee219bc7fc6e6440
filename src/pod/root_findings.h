// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app will not find in its root: looked up in the image, before there are mounts.
#pragma once

#include <string>
#include <vector>

#include "pod/layered_root.h"
#include "pod/resolve.h"

namespace podd::pod {

struct RootFindings {
    /// A start refuses the app because of it.
    struct Refusal {
        enum class What : unsigned char { kProgram, kPreStart, kWorkingDirectory, kMount };
        What what;
        std::string target;  // of kMount: where
        std::string message;
    };
    std::vector<Refusal> refusals;
    std::vector<std::string> warnings;
};

/// Where a volume lies nothing is known, and nothing is found. `search_path`: the app's PATH.
RootFindings root_findings(const ResolvedApp& app, const LayeredRoot& root,
                           std::string_view search_path);

}  // namespace podd::pod
