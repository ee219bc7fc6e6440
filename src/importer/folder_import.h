// SPDX-License-Identifier: LGPL-2.1-or-later
// An image out of the folder of an OCI layout, or of what `docker save` packs.
#pragma once

#include "base/result.h"
#include "importer/new_record.h"

namespace podd::importer {

/// Errors: kInvalidArgument; kUntrusted when it is not the image that was asked for; kIo.
base::Result<store::NewImage> import_folder(ImportContext& context, int folder);

}  // namespace podd::importer
