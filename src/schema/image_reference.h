// SPDX-License-Identifier: LGPL-2.1-or-later
// How an image is named on a command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// "NAME[:VERSION][,LABEL=VALUE…]" or an image id ("sha512-…", "sha256:…"). An empty version is
/// none. Errors: kInvalidArgument. Source: appc spec 0.8.11, discovery.md "Image string" of its
/// reference parser.
base::Result<ImageReference> parse_image_reference(std::string_view text);

/// "LABEL=VALUE[,LABEL=VALUE…]"; empty text is an empty list. The same rules.
base::Result<std::vector<Label>> parse_labels(std::string_view text);

/// The text that parse_image_reference() reads as this; for messages and tables.
std::string str(const ImageReference& reference);

}  // namespace podd::schema
