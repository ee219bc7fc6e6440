// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl store fsck
#include "podctl/findings.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_store_fsck(const Arguments& arguments) {
    const Options& options = arguments.options;
    const bool whole =
        TRY(run_care(options, "Checking", "the store", "No problems.",
                     [&](Manager& manager, const sdbus::UnixFd& file) {
                         return manager.CheckStore(file, options.repair, manager.flags());
                     }));
    return whole ? kOk : kFailure;
}

}  // namespace podd::podctl
