// SPDX-License-Identifier: LGPL-2.1-or-later
// An image made of a root file system and a manifest, as file or folder.
#pragma once

#include <string>
#include <vector>

#include "archive/pack.h"
#include "base/new_file.h"
#include "base/result.h"
#include "podctl/root_source.h"
#include "schema/image_manifest.h"

namespace podd::podctl {

enum class ImageFormat : unsigned char {
    kAci,         // gzip
    kOciFolder,   // an OCI image layout
    kOciArchive,  // the tar of one
};

/// Where it will be. What it replaces is an image of the same kind of file.
struct ImagePlace {
    int dir_fd;
    std::string name;
    base::Existing existing = base::Existing::kRefuse;
};

struct NewImage {
    std::string id;                  // as podd has it when it is imported
    std::vector<std::string> notes;  // what was left out, for the user
};

/// Writes all of it, then gives it its name; nothing is left on failure. `options.rules` is set by
/// the format. Errors: kConflict for what is there already; kUnsupported for what the format has no
/// place for; those of archive/pack.h; kIo.
base::Result<NewImage> create_image(const RootSource& root, const schema::ImageManifest& manifest,
                                    ImageFormat format, archive::PackOptions options,
                                    const ImagePlace& place);

}  // namespace podd::podctl
