// SPDX-License-Identifier: LGPL-2.1-or-later
// Names inside the store: which there are, and which texts may become one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::store {

inline constexpr const char* kBlobsDir = "blobs";    // blobs/<algorithm>/<digest>, as fetched
inline constexpr const char* kTreesDir = "trees";    // trees/<id>/rootfs and trees/<id>/digests
inline constexpr const char* kImagesDir = "images";  // images/<id>.json
inline constexpr const char* kRefsDir = "refs";      // refs/<escaped name>
inline constexpr const char* kTmpDir = "tmp";        // one folder for each running import
inline constexpr const char* kBrokenDir = "broken";  // what `fsck --repair` moved aside
inline constexpr const char* kRootfs = "rootfs";
inline constexpr const char* kDigests = "digests";

/// An image name may have at most so many bytes here: it becomes a file name with a temporary name
/// beside it. The specification allows longer ones.
inline constexpr std::size_t kMaxNameBytes = 220;

/// An image or tree id: "sha512-" and 128, or "sha256:" and 64 lower-case hex digits. Nothing else
/// ever becomes a file name of the store.
bool is_id(std::string_view text);

/// The part before the digits, "sha512-" or "sha256:"; nothing when the text begins otherwise or
/// goes on with anything but lower-case hex digits.
std::optional<std::string_view> id_algorithm(std::string_view text);

/// "sha256/<64 hex>": a blob.
bool is_blob(std::string_view text);

std::string image_file(std::string_view id);

/// "example.com/nginx" → "example.com%nginx": no identifier holds a percent sign.
std::string ref_file(std::string_view name);

/// Errors: kInvalidArgument when the name is too long to be kept.
base::Result<> check_name(std::string_view name);

}  // namespace podd::store
