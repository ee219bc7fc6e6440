// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl stop
#include <cstdio>

#include <fmt/format.h>

#include "podctl/manager.h"
#include "podctl/pod_sockets.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

// As systemctl warns of a service that its socket can start.
void hint_at_sockets(const Session& session, const std::string& pod, const Options& options) {
    if (options.quiet) return;
    for (const PodSocket& socket : pod_sockets(*session.bus, pod))
        if (socket.active_state == "active")
            fmt::print(stderr,
                       "hint: {0} still listens, and the next connection starts pod \"{1}\" "
                       "again; 'systemctl stop {0}' ends that\n",
                       printable(socket.unit), pod);
}

}  // namespace

base::Result<int> verb_stop(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& pod : TRY(expand_pods(*session.manager, arguments.words))) {
        const auto done =
            client::guarded([&] { session.manager->StopPod(pod, session.manager->flags()); });
        if (done) {
            hint_at_sockets(session, pod, arguments.options);
            continue;
        }
        print_error(done.error(), arguments.options.json);
        status = done.error().code() == base::ErrorCode::kNotFound ? kNoSuchPod : kFailure;
    }
    return status;
}

}  // namespace podd::podctl
