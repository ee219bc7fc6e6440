// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting processes in a running sandbox: the app itself, and the handlers of its events.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "app_process.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "child.h"

namespace podd::stage1 {

struct Started {
    pid_t pid = -1;
    base::UniqueFd pidfd;
};

/// What is opened before the caller's children are born in the pod's pid namespace.
struct Place {
    int leader;               // pidfd of the pod's PID 1
    base::UniqueFd own_pids;  // the caller's own pid namespace
    base::UniqueFd helper;    // program of the app's helper, where it has one

    /// An app would hang on its full FIFOs without its helper, so one that is not there is found
    /// here.
    static base::Result<Place> open(const plan::AppPlan& app, int leader);
};

/// A process of the pod that becomes `spec`'s app once signal_peer() lets it.
struct Launch {
    Started process;
    Readiness readiness;  // when its status is not 0, the process waits for the end of `socket`
    base::UniqueFd socket;
};

/// Makes the process and leaves it before execve(2). `made` is called as soon as there is one.
base::Result<Launch> launch(const AppSpec& spec, const Place& place, Parent parent,
                            base::Result<> (*made)(const AppSpec& spec, pid_t pid));

/// Starts the helper, where the app has one, for a process that is ready.
base::Result<Started> start_helper(const AppSpec& spec, const Place& place, const Launch& launch);

/// Runs `argv` as the app would be run, to its end: same root, user, environment and confinement.
/// Signals that the caller gets meanwhile are passed on. The status is that of the process, 128 and
/// the signal where one killed it or stopped the caller; `what` is for messages.
base::Result<Readiness> run_handler(const AppSpec& spec, const Place& place,
                                    const std::vector<std::string>& argv, std::string_view what);

}  // namespace podd::stage1
