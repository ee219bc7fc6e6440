// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "import".
#pragma once

#include <string>

#include "base/result.h"
#include "importer/options.h"
#include "importer/report.h"

namespace podd::importer {

/// Adds the image that `source` is to the store: a file or pipe, or the folder of an OCI layout.
/// All of it is in the store afterwards, or nothing.
base::Result<> import_image(int source, const std::string& store_dir, const ImportOptions& options,
                            Report& report);

}  // namespace podd::importer
