// SPDX-License-Identifier: LGPL-2.1-or-later
// When the image of an app is fetched, and as what.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "schema/fetch_reference.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

enum class PullPolicy : unsigned char { kMissing, kAlways, kNever };

/// "missing", "always" or "never"; of rkt's words "new" is the first and "update" the second.
/// Errors: kInvalidArgument.
base::Result<PullPolicy> parse_pull_policy(std::string_view text);

/// Where the image of an app is fetched from: `source` where the manifest names one. Otherwise its
/// name is that of a repository with the registry in front, as images are called that came from
/// there; its id, or else its version, says which one. Errors: kInvalidArgument when it has no such
/// name, or an id that no registry knows, and when `source` brings an image of another name,
/// version or label than the app runs.
base::Result<FetchReference> pull_reference(const ImageReference& image,
                                            const std::optional<FetchReference>& source);

}  // namespace podd::schema
