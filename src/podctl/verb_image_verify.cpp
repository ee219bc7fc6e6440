// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image verify
#include "podctl/findings.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_image_verify(const Arguments& arguments) {
    const Options& options = arguments.options;
    const bool whole = TRY(run_care(options, "Verifying", "images", "All is as it was imported.",
                                    [&](Manager& manager, const sdbus::UnixFd& file) {
                                        return manager.VerifyImages(
                                            arguments.words, file, options.repair, manager.flags());
                                    }));
    return whole ? kOk : kFailure;
}

}  // namespace podd::podctl
