// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl stop
#include "podctl/manager.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_stop(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& pod : TRY(expand_pods(*session.manager, arguments.words))) {
        const auto done =
            client::guarded([&] { session.manager->StopPod(pod, session.manager->flags()); });
        if (done) continue;
        print_error(done.error(), arguments.options.json);
        status = done.error().code() == base::ErrorCode::kNotFound ? kNoSuchPod : kFailure;
    }
    return status;
}

}  // namespace podd::podctl
