// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the fetcher puts images and keys; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace podd::daemon {

inline constexpr const char* kCacheDir = "/var/cache";

/// All of them lie in this one, relative to kCacheDir.
inline constexpr const char* kFetchFolders = "podd/fetch";

/// One reference as the name of a folder, which has several components only when it is long. None
/// lies in that of another.
std::string fetch_folder_name(std::string_view reference);

// Each fetch has a folder of its own, so that one that was cut goes on where it ended. They lie
// side by side: nothing is left of one that goes.

/// Of an ACI that was asked for, or is needed by what was. In kFetchFolders.
std::string aci_folder_name(std::string_view asked, std::string_view reference);
/// Of an image of a registry. In kCacheDir.
std::string image_folder(std::string_view reference);
/// Of keys. In kCacheDir.
std::string keys_folder(std::uint32_t number);

}  // namespace podd::daemon
