// SPDX-License-Identifier: LGPL-2.1-or-later
// The process that becomes an app: born in the pod's pid namespace as a child of systemd.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "confine.h"
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
};

/// What the process says before it is let go: a status of 0, or an exit status and why.
struct Readiness {
    int status = 0;
    std::string error;
};

/// Joins the pod, confines itself, sends its readiness over `socket` (and then, where the app has a
/// helper, the descriptors of that: see Endpoints; of a command with a terminal the other end of
/// it), waits there and executes the app.
[[noreturn]] void become_app(const AppSpec& spec, int socket);

/// Errors: kUnavailable when the process died.
base::Result<Readiness> receive_readiness(int socket);

/// Does the app have a helper process, and which descriptors does that get, in this order?
inline bool wants_helper(const plan::AppPlan& app) {
    return app.stdio_links || app.notify;
}
struct Endpoints {
    std::vector<base::UniqueFd> fds;  // stdio_links: streams 1 and 2, FIFOs 1 and 2; notify: socket
    static std::size_t count(const plan::AppPlan& app) {
        return (app.stdio_links ? std::size_t{4} : 0) + (app.notify ? 1 : 0);
    }
};

/// Where a notifying app finds its $NOTIFY_SOCKET.
inline constexpr const char* kNotifySocket = "/dev/podd-notify";

}  // namespace podd::stage1
