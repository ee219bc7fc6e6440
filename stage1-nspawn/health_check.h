// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of an app's health check, by the entry point `enter`: with the app's confinement, user,
// environment and limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace podd::stage1 {

struct CheckOutcome {
    bool passed = false;
    std::string reason;  // "exit status 1"; empty where it passed
    std::string output;  // the beginning of what it wrote
};

/// Waits for its end; after `timeout_usec` it is ended. Errors: kIo.
base::Result<CheckOutcome> run_check(const std::string& pod, const std::string& app,
                                     const std::vector<std::string>& argv,
                                     std::uint64_t timeout_usec);

}  // namespace podd::stage1
