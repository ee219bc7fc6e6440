// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image gc
#include <cstdint>

#include "podctl/findings.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_image_gc(const Arguments& arguments) {
    const Options& options = arguments.options;
    const std::uint64_t grace = options.grace_usec.value_or(UINT64_MAX);
    TRY(run_care(options, "Collecting", "images", "Nothing to remove.",
                 [&](Manager& manager, const sdbus::UnixFd& file) {
                     return manager.CollectImages(file, grace, manager.flags());
                 }));
    return kOk;
}

}  // namespace podd::podctl
