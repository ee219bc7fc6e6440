// SPDX-License-Identifier: LGPL-2.1-or-later
// The image manifest of a root file system, which says nothing about itself; pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/image_manifest.h"

namespace podd::schema {

/// What somebody says about a root file system.
struct RootSettings {
    AcIdentifier name;
    std::vector<Label> labels{};
    std::optional<base::Json> app{};  // as in an image manifest
};

/// Labels "os" and "arch" that are not given are linux and that of `machine`, which is what
/// `uname -m` says. Errors: kInvalidArgument.
base::Result<ImageManifest> root_manifest(const RootSettings& settings, std::string_view machine);

}  // namespace podd::schema
