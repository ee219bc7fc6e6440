// SPDX-License-Identifier: LGPL-2.1-or-later
// What the fetcher and the importer say of ACIs and of keys, as values; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "daemon/worker_lines.h"
#include "schema/image_manifest.h"

namespace podd::daemon {

/// Of the fetcher's "fetched". Errors: kInternal.
base::Result<FetchedAci> fetched_aci(const base::Json& fetched);

/// What an ACI says of itself: name, labels and dependencies, nothing else.
using ManifestSays = std::variant<WorkProgress, schema::ImageManifest, base::Error>;
/// Errors: kInternal when the line is not what was agreed.
base::Result<ManifestSays> manifest_line(std::string_view line);

struct FetchedKey {
    std::string url;
    std::string file;  // in the fetcher's folder
};
/// The fetcher's last line about keys. Errors: those that it told; kInternal.
base::Result<std::vector<FetchedKey>> fetched_keys(std::string_view line);

}  // namespace podd::daemon
