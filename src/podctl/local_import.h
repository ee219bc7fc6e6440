// SPDX-License-Identifier: LGPL-2.1-or-later
// A file or folder of the caller's on its way into the store.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "podctl/local_image.h"
#include "podctl/manager.h"

namespace podd::podctl {

/// Whose word it is that the file may be taken.
enum class Word : unsigned char {
    kCaller,  // import
    kPolicy,  // fetch: podd is told where it lies
};

using BusOptions = std::map<std::string, sdbus::Variant>;

/// Gives it to ImportImage() with these options and those that it says itself, and waits. The id of
/// the image. Errors: those of the other end; kInvalidArgument when it is not what its word says.
base::Result<std::string> import_local(const LocalImage& image, BusOptions options,
                                       const Options& command_line, Word word = Word::kCaller);

/// Adds the file of a signature to the options, "-" is standard input. Errors: those of
/// sealed_copy().
base::Result<> add_signature(BusOptions& options, const std::string& key, const std::string& path);

}  // namespace podd::podctl
