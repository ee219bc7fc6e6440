// SPDX-License-Identifier: LGPL-2.1-or-later
// A file or folder of the caller's on its way into the store.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "podctl/local_image.h"
#include "podctl/manager.h"

namespace podd::podctl {

/// Gives it to ImportImage() with these options and those that it says itself, and waits. The id of
/// the image. Errors: those of the other end; kInvalidArgument when it is not what its word says.
base::Result<std::string> import_local(const LocalImage& image,
                                       std::map<std::string, sdbus::Variant> options,
                                       const Options& command_line);

}  // namespace podd::podctl
