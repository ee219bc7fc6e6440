// SPDX-License-Identifier: LGPL-2.1-or-later
// Getting hold of a sandbox that runs.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// A pidfd of the pod's PID 1. Errors: kNotFound: it does not run any more.
base::Result<base::UniqueFd> open_leader(const plan::SandboxRecord& record);

/// Children of the caller are born into it from then on; `fd`: a pidfd, or a namespace.
base::Result<> join_pid_namespace(int fd);

}  // namespace podd::stage1
