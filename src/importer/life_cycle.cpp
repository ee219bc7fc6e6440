// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/life_cycle.h"

#include <fmt/format.h>

#include "base/journal.h"
#include "base/message_ids.h"
#include "base/own_unit.h"

namespace podd::importer {

namespace {

// The unit is said because the importer ends with this, often before the journal has looked.
void tell(const store::ImageRecord& image, std::string_view message_id, std::string_view what) {
    const auto& name = image.manifest.name.str();
    base::log_entry({base::LogLevel::kInfo,
                     message_id,
                     fmt::format("Image {} has been {}: {}", name, what, image.id),
                     base::own_unit(),
                     {{"POD_IMAGE", image.id}, {"POD_IMAGE_NAME", name}}});
}

}  // namespace

void tell_imported(const store::ImageRecord& image) {
    tell(image, message_id::kImageImported, "imported");
}

void tell_removed(const store::ImageRecord& image) {
    tell(image, message_id::kImageRemoved, "removed");
}

void tell_import_failed(const base::Error& error) {
    base::log_entry({base::LogLevel::kError,
                     message_id::kImportFailed,
                     fmt::format("Importing an image failed: {}", error.message()),
                     base::own_unit(),
                     {}});
}

}  // namespace podd::importer
