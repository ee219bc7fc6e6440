// SPDX-License-Identifier: LGPL-2.1-or-later
// Finding an app that runs, without asking systemd.
#pragma once

#include <string>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace podd::stage1 {

struct RunningApp {
    base::UniqueFd main_process;  // pidfd
    pid_t pid = -1;               // of it, in the caller's pid namespace
    std::string cgroup;           // of its unit, beneath /sys/fs/cgroup
};

/// `leader` is the pod's PID 1. Errors: kNotFound: the app does not run; kUnavailable: it starts.
base::Result<RunningApp> find_app(const plan::AppPlan& app, pid_t leader);

}  // namespace podd::stage1
