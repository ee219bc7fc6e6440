// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app's helper, see drain.cpp, has of the app.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace podd::stage1 {

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

/// Makes them in the app's /dev, for its user. The caller must be the pod's root, in the app's
/// root.
base::Result<Endpoints> make_endpoints(const plan::AppPlan& app);

}  // namespace podd::stage1
