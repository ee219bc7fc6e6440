// SPDX-License-Identifier: LGPL-2.1-or-later
// What the configuration of an OCI image in the store says, read by a worker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/digest.h"
#include "store/reader.h"

namespace podd::importer {

struct ImageConfig {
    std::string manifest_type;             // media type of the manifest
    std::vector<schema::Digest> diff_ids;  // of the layers, base first
    base::Json history;                    // array of objects; texts and booleans only
};

/// Errors: kUnsupported for an ACI, kCorrupt when a document is not the one that was imported.
base::Result<ImageConfig> read_config(const std::string& store_dir,
                                      const store::ImageRecord& image);

/// Documents come before the layers in ImageRecord::blobs.
inline constexpr std::size_t kManifestBlob = 0;
inline constexpr std::size_t kConfigBlob = 1;
inline constexpr std::size_t kFirstLayerBlob = 2;

}  // namespace podd::importer
