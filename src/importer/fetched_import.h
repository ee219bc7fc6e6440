// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs "import-fetched", "manifest" and "renew": ACIs that the fetcher has brought. It talks
// to strangers, so all that it left in its folders is looked at as if they had put it there.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "importer/options.h"
#include "importer/report.h"

namespace podd::importer {

/// Adds images one after another, the last one being who needs the others. All of them are in the
/// store afterwards, or none that was not there before.
base::Result<> import_fetched(int folders, const CommandLine& line, Report& report);

/// Says what an ACI is called and depends on, without unpacking it.
base::Result<> tell_manifest(int folders, const std::string& folder, const Report& report);

/// Notes with an image that its server had nothing new: it counts as used now.
base::Result<> renew_image(const CommandLine& line, const Report& report);

/// image.aci in such a folder. Errors: kInvalidArgument when that is no file.
base::Result<base::UniqueFd> open_fetched(int folders, const std::string& folder);

}  // namespace podd::importer
