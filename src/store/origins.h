// SPDX-License-Identifier: LGPL-2.1-or-later
// Where images were fetched from: what is known of a reference, and whether that is still fresh.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/reader.h"

namespace podd::store {

/// An image is kept with so many references at most; the one asked for longest ago goes.
inline constexpr std::size_t kMaxOrigins = 16;

/// `fresh` takes the place of what is known of the same references.
std::vector<Origin> merge_origins(std::vector<Origin> old, const std::vector<Origin>& fresh);

/// Where the image was found by that reference; nullptr when it was not.
const Origin* origin_of(const ImageRecord& image, std::string_view reference);

/// The one of these images that was fetched last by that reference; nullptr where there is none.
const ImageRecord* fetched_last(const std::vector<ImageRecord>& images, std::string_view reference);

/// Whether its server said that nobody need ask again yet. A clock that was set back makes nothing
/// fresh.
bool is_fresh(const Origin& origin, std::uint64_t now_usec);

}  // namespace podd::store
