// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "remove".
#pragma once

#include <string>

#include "base/result.h"
#include "importer/report.h"

namespace podd::importer {

/// Removes an image and what only it uses. Errors: kNotFound; kConflict when a pod runs it (which
/// pod is said); kUnavailable while an import runs.
base::Result<> remove_image(const std::string& id, const std::string& store_dir,
                            const std::string& run_dir, const Report& report);

}  // namespace podd::importer
