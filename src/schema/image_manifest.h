// SPDX-License-Identifier: LGPL-2.1-or-later
// ImageManifest of appc: text ↔ checked value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/app.h"

namespace podd::schema {

struct Dependency {
    AcIdentifier image_name;
    std::optional<std::string> image_id{};
    std::vector<Label> labels{};
    std::optional<std::uint64_t> size{};  // bytes of the file as distributed
    bool operator==(const Dependency&) const = default;
};

/// Source: appc spec 0.8.11, aci.md "Image Manifest Schema".
struct ImageManifest {
    std::string ac_version{};
    AcIdentifier name;
    std::vector<Label> labels{};
    std::optional<App> app{};
    std::vector<Dependency> dependencies{};
    std::vector<std::string> path_whitelist{};
    std::vector<Annotation> annotations{};

    /// Errors: kInvalidArgument, "/app/ports/0/port: found 0, wanted 1…65535" (JSON pointer first).
    static base::Result<ImageManifest> parse(std::string_view text);
    static base::Result<ImageManifest> from_json(const base::Json& json);
    base::Json to_json() const;
    bool operator==(const ImageManifest&) const = default;
};

}  // namespace podd::schema
