// SPDX-License-Identifier: LGPL-2.1-or-later
// What an ACI is made of: its own files and those of the images that it depends on.
// Source: appc reference 3.4 and 3.5.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/image_manifest.h"
#include "store/reader.h"

namespace podd::store {

inline constexpr std::size_t kMaxDependencyDepth = 64;
/// An image that is reached in several ways counts as often.
inline constexpr std::size_t kMaxDependencies = 256;

/// The share that one image has in the files of another.
struct Part {
    std::string image;  // its id
    /// Paths that the pathWhitelists on the way to it leave, sorted, "etc/passwd". Nothing where
    /// there is no such list.
    std::optional<std::vector<std::string>> kept{};
    bool operator==(const Part&) const = default;
};

using FindDependency = std::function<base::Result<ImageRecord>(const schema::Dependency&)>;

/// Parts of image `id` in the order in which they are extracted, the image itself last. Of equal
/// parts only the last is left: it decides what is seen.
/// Errors: those of `find`, saying which image depends on it; kInvalidArgument when an image
/// depends on itself or on too many.
base::Result<std::vector<Part>> parts_of(const std::string& id,
                                         const schema::ImageManifest& manifest,
                                         const FindDependency& find);

/// The ACI in the store that a dependency means: by id where one is given, else by name and labels.
/// Errors: kNotFound; kConflict when that image is not what the dependency says.
base::Result<ImageRecord> find_dependency(const Reader& reader,
                                          const schema::Dependency& dependency);

/// pathWhitelist as it is compared: "/etc//passwd/" → "etc/passwd", sorted, none twice.
std::vector<std::string> clean_paths(const std::vector<std::string>& whitelist);

}  // namespace podd::store
