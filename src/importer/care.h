// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs that look after the store. What they find goes to `out`, a file of whoever asked; see
// findings.h.
#pragma once

#include <cstdint>
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
    bool own = false;  // without the files of images that an ACI depends on
};

/// "gc": removes what no image refers to and, with a grace period, images that no pod runs or names
/// and that were imported and last used longer ago.
base::Result<> collect_garbage(const Care& care, Report& report);

/// "verify": reads all files of images again. With `repair`, broken trees are unpacked again where
/// no pod uses them. Errors: kCorrupt when something differs and could not be made whole.
base::Result<> verify_images(const Care& care, Report& report);

/// "fsck": records, names, trees and blobs against each other. Errors: kCorrupt when there are
/// problems.
base::Result<> check_store(const Care& care, Report& report);

/// "export": writes the first of `images` to `out`, as it came. Errors: kCorrupt when it cannot.
base::Result<> export_image(const Care& care, Report& report);

/// "extract": writes the first of `images` to `out` as the tar of an ACI that has all files: those
/// of its trees one over another, with `own` only an ACI's own. Errors: kCorrupt, kIo.
base::Result<> extract_image(const Care& care, Report& report);

/// "history": the steps in which the first of `images` was made, JSON, one on each line.
base::Result<> image_history(const Care& care, Report& report);

}  // namespace podd::importer
