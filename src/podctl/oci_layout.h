// SPDX-License-Identifier: LGPL-2.1-or-later
// An OCI image layout with one image of one layer. Source: OCI image-spec 1.1 image-layout.md.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "archive/tar_reader.h"
#include "base/new_file.h"
#include "base/result.h"
#include "podctl/new_image.h"
#include "schema/appc_to_oci.h"

namespace podd::podctl {

/// Path in the layout → text, sorted.
using OciDocuments = std::map<std::string, std::string>;

struct OciTexts {
    OciDocuments documents;
    std::string image_id;  // the manifest's digest
};

/// All of a layout but its layer.
OciTexts oci_texts(const schema::ImageManifest& manifest, const schema::OciBlob& layer,
                   const std::string& diff_id);

class OciLayout {
public:
    OciLayout(const OciDocuments& documents, const schema::OciBlob& layer, base::NewFile file);

    /// Each once, and one of them. Errors: kConflict, kIo.
    base::Result<> publish_folder(const ImagePlace& place);
    /// Members are like `like`, but for name, type and mode.
    base::Result<> publish_archive(const ImagePlace& place, const archive::TarEntry& like);

private:
    base::Result<> fill(int dir_fd);
    base::Result<> write_members(int out, const archive::TarEntry& like);

    OciDocuments documents_;
    std::string layer_path_;
    std::uint64_t layer_size_;
    base::NewFile layer_;
};

}  // namespace podd::podctl
