// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd found in the store, through a memory file of ours.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "podctl/manager.h"
#include "podctl/options.h"
#include "podctl/transfer_watch.h"

namespace podd::podctl {

struct Finding {
    std::string kind;    // "removed"
    std::string object;  // id of an image, or a file of the store
    std::string text;
    std::string advice;
};

class Report {
public:
    static base::Result<Report> make();
    /// A copy, for podd to write to.
    base::Result<base::UniqueFd> writable() const;
    /// The JSON lines that were written so far.
    base::Result<std::vector<base::Json>> lines() const;
    base::Result<std::vector<Finding>> findings() const;

private:
    explicit Report(base::UniqueFd file) : file_{std::move(file)} {}
    base::UniqueFd file_;
};

/// Runs a transfer whose findings go to a memory file, and prints them. `begin` makes the call with
/// that file. False when the transfer says that something is corrupt; other errors are errors.
using BeginCare = std::function<BegunTransfer(Manager& manager, const sdbus::UnixFd& file)>;
base::Result<bool> run_care(const Options& options, const char* doing, const char* what,
                            const char* nothing, const BeginCare& begin);

/// One line each, or JSON; with --quiet without those of the kinds "kept" and "left".
void print_findings(const std::vector<Finding>& findings, const Options& options);

}  // namespace podd::podctl
