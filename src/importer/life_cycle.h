// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens to images, as entries of the journal. podd may be gone by the time that it happens.
#pragma once

#include "base/error.h"
#include "store/record.h"

namespace podd::importer {

void tell_imported(const store::ImageRecord& image);
void tell_removed(const store::ImageRecord& image);
void tell_import_failed(const base::Error& error);

}  // namespace podd::importer
