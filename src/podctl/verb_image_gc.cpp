// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image gc
#include <cstdint>
#include <cstdio>

#include <fmt/format.h>

#include "podctl/findings.h"
#include "podctl/manager.h"
#include "podctl/terminal.h"
#include "podctl/transfer_wait.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_image_gc(const Arguments& arguments) {
    const Options& options = arguments.options;
    const Report report = TRY(Report::make());
    base::UniqueFd file = TRY(report.writable());
    Session session = TRY(Session::open(options));
    ProgressLine line{"image gc", options.quiet};
    const auto begin = [&] {
        return session.manager->CollectImages(sdbus::UnixFd{file.release(), sdbus::adopt_fd},
                                              options.grace_usec.value_or(UINT64_MAX),
                                              session.manager->flags());
    };
    const auto done = wait_for_transfer(session, line, begin);
    line.clear();
    const auto findings = TRY(report.findings());
    print_findings(findings, options);
    if (!done) return done.error();
    if (findings.empty() && !options.quiet && options.json == JsonMode::kOff)
        fmt::print("Nothing to remove.\n");
    return kOk;
}

}  // namespace podd::podctl
