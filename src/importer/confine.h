// SPDX-License-Identifier: LGPL-2.1-or-later
// What a worker does to itself before it sees a foreign byte.
#pragma once

#include <vector>

#include "base/result.h"
#include "importer/worker.h"

namespace podd::importer {

/// In the new process: waits on `go` for its id maps, then leaves the host's files, closes all
/// descriptors but `keep`, gives up all capabilities that plan.confinement does not need, and loads
/// its system call filter. Errors: kUnavailable when the parent died; kIo.
base::Result<> confine(const WorkerPlan& plan, int go, const std::vector<int>& keep);

}  // namespace podd::importer
