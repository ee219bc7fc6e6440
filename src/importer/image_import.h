// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "import", and what others that add images share with it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "importer/options.h"
#include "importer/report.h"
#include "store/writer.h"

namespace podd::importer {

/// Adds the image that `source` is to the store: a file or pipe, or the folder of an OCI layout.
/// All of it is in the store afterwards, or nothing.
base::Result<> import_image(int source, const std::string& store_dir, const std::string& run_dir,
                            const ImportOptions& options, Report& report);

struct AddedImage {
    store::ImageRecord record;
    std::vector<std::string> notes;
    bool is_new = false;
};
/// The same into a store that is open; nobody is told.
base::Result<AddedImage> add_image(store::Writer& store, int source, const std::string& run_dir,
                                   const ImportOptions& options, Report& report);
/// The error as a person should read it.
base::Error import_error(base::Error error, const std::string& store_dir);

}  // namespace podd::importer
