// SPDX-License-Identifier: LGPL-2.1-or-later
// One call of one plugin. Source: CNI specification, section 2.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace podd::cni {

struct PluginCall {
    std::string path;                      // absolute
    std::vector<std::string> environment;  // all of it: "CNI_COMMAND=ADD"
    std::string request;                   // what it reads
    std::chrono::seconds patience{};
    bool outlives_caller = false;  // else it is killed when its caller is
};

/// Runs it in a process group of its own, which is killed when it takes too long or says too much;
/// what it writes to standard error goes where ours goes. Returns what it said. Errors: kConflict
/// with the plugin's own error; kUnavailable when it says none or nothing at all; kIo.
base::Result<std::string> call_plugin(const PluginCall& call);

}  // namespace podd::cni
