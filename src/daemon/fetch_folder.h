// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the fetcher puts ACIs and keys; pure.
#pragma once

#include <string>
#include <string_view>

namespace podd::daemon {

inline constexpr const char* kCacheDir = "/var/cache";

/// One reference as the name of a folder, which may have several components. None lies in that of
/// another.
std::string fetch_folder_name(std::string_view reference);

/// Everything that comes for one reference lies in one folder, in which each image has one of its
/// own, so that a fetch that was cut goes on where it ended: "podd/fetch/_aci/…". Relative to
/// kCacheDir.
std::string aci_folders(std::string_view asked);

}  // namespace podd::daemon
