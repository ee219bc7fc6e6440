// SPDX-License-Identifier: LGPL-2.1-or-later
// An image out of a file or a pipe, read once: an ACI, the tar of a root file system, or an archive
// with a folder of images.
#pragma once

#include "base/result.h"
#include "importer/new_record.h"

namespace podd::importer {

/// Errors: kInvalidArgument; kUntrusted for what is not signed, accepted or asked for; kIo.
base::Result<store::NewImage> import_stream(ImportContext& context, int source);

}  // namespace podd::importer
