// SPDX-License-Identifier: LGPL-2.1-or-later
// The process that becomes an app: born in the pod's pid namespace as a child of systemd.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "confine.h"
#include "endpoints.h"
#include "entry.h"
#include "plan/plan.h"

namespace podd::stage1 {

struct AppSpec {
    const plan::PodPlan& pod;
    const plan::AppPlan& app;
    int leader;  // pidfd of the pod's PID 1
    std::optional<SeccompProgram> seccomp;
    int listen_fds;                // sockets from systemd: 3 … 3 + listen_fds - 1
    const Entry* entry = nullptr;  // a command beside the app
    std::string listen_names{};    // of those sockets, ":" between them
};

/// What the process says before it is let go: a status of 0, or an exit status and why.
struct Readiness {
    int status = 0;
    std::string error;
    base::UniqueFd reborn{};  // pidfd of the process that goes on in its place; see own_pids.h
};

/// Joins the pod, confines itself, sends its readiness over `socket` (before that, where the app
/// has a PID namespace of its own, the process that it is reborn as, and waits there; and then,
/// where the app has a helper, the descriptors of that: see Endpoints; of a command with a terminal
/// the other end of it), waits there and executes the app.
[[noreturn]] void become_app(const AppSpec& spec, int socket);

/// Errors: kUnavailable when the process died.
base::Result<Readiness> receive_readiness(int socket);

}  // namespace podd::stage1
