// SPDX-License-Identifier: LGPL-2.1-or-later
// The runtime folder of a pod, <kRunDir>/<pod>/, from its making to its removal.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::plan {

/// Errors: kInvalidArgument for what is no name of a folder, kNotFound.
base::Result<base::UniqueFd> open_pod_directory(const std::string& pod);

/// Adds sentences to kWithoutEffectFile in the runtime folder `directory`.
base::Result<> note_without_effect(int directory, const std::vector<std::string>& notes);
/// Those of a pod that runs; empty where there are none.
std::vector<std::string> read_without_effect(int directory);

/// Removes the writable layers and empty volumes of a pod's last run, then its runtime folder. May
/// run twice, and after a start that failed at any point: a plan that is missing or was cut short
/// names no state. The pod must not be running. Errors: kIo; kCorrupt for a plan that names
/// anything but a folder of podd's own.
base::Result<> remove_leftovers(const std::string& pod);

}  // namespace podd::plan
