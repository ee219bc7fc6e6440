// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether an ACI that was fetched is the one that was asked for.
#pragma once

#include <string>

#include "base/result.h"
#include "importer/options.h"

namespace podd::importer {

/// `id` is the image's own, `file` what it came in. Errors: kUntrusted: it goes by another name,
/// has other labels, another id or another size.
base::Result<> check_wanted(const Wanted& wanted, const schema::ImageManifest& manifest,
                            const std::string& id, int file);

}  // namespace podd::importer
