// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs that look after the store. What they find goes to `out`, a file of whoever asked; see
// findings.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "importer/report.h"

namespace podd::importer {

struct Care {
    std::string store;    // directory
    std::string run_dir;  // where running pods keep their plans
    int out = -1;
    std::vector<std::string> images;  // ids; empty: all
    std::optional<std::uint64_t> grace_usec;
    bool repair = false;
};

/// "gc": removes what no image refers to and, with a grace period, images that no pod runs or names
/// and that were imported longer ago.
base::Result<> collect_garbage(const Care& care, Report& report);

}  // namespace podd::importer
