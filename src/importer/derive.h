// SPDX-License-Identifier: LGPL-2.1-or-later
// OCI documents for what comes without: the same content always makes the same bytes, so that
// importing twice gives one id.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/compression.h"
#include "schema/image_manifest.h"

namespace podd::importer {

/// A blob as a manifest names it.
struct DerivedBlob {
    std::string sha256;  // hex digits
    std::uint64_t size = 0;
    archive::Compression compression = archive::Compression::kNone;
};

/// The configuration of a root file system with one layer. What OCI has no member for is kept in
/// the manifest.
std::string derive_config(const schema::ImageManifest& manifest, const std::string& diff_id);

/// The manifest over a configuration and its layers, base first. `image` is kept as an annotation
/// where it is given: it says more than an OCI configuration can.
std::string derive_manifest(const DerivedBlob& config, const std::vector<DerivedBlob>& layers,
                            const schema::ImageManifest* image);

}  // namespace podd::importer
