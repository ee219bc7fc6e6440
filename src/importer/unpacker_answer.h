// SPDX-License-Identifier: LGPL-2.1-or-later
// What the process that unpacks tells the one that has started it; value ↔ JSON, pure.
#pragma once

#include <optional>
#include <string_view>

#include "archive/unpack.h"
#include "base/json.h"
#include "base/result.h"

namespace podd::importer {

/// Beside the rest, the manifest as it came.
inline constexpr const char* kManifestText = "manifestText";

std::string_view kind_name(archive::Kind kind);
/// Nothing: that is no such word. It comes from a process that reads hostile bytes.
std::optional<archive::Kind> kind_value(const base::Json* json);

base::Json unpacked_json(const archive::Unpacked& unpacked);
/// Errors: kInternal.
base::Result<archive::Unpacked> unpacked_value(const base::Json& json);

}  // namespace podd::importer
