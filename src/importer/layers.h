// SPDX-License-Identifier: LGPL-2.1-or-later
// The layers of an OCI or Docker image: each becomes one blob and one tree.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "importer/describe.h"
#include "importer/report.h"
#include "schema/appc_to_oci.h"
#include "store/writer.h"

namespace podd::importer {

struct ImportedLayers {
    std::vector<schema::OciBlob> blobs;  // of every layer, base first
    std::vector<std::string> trees;      // to stack, lowest first; none twice
    std::vector<store::NewTree> new_trees;
    std::vector<store::NewBlob> new_blobs;
    std::uint64_t size_bytes = 0;  // of the trees
    std::vector<std::string> notes;
};

/// What the store had of an image before.
enum class Before : unsigned char {
    kUnknown,  // perhaps some of its layers
    kImage,    // one with the very same manifest, which this program has checked
};

/// What is done about a layer that is not in the folder.
enum class Missing : unsigned char {
    kRefuse,
    kFromStore,  // the fetcher was told that it is there
};

/// Reads the layers from `dir_fd`, several at a time, and checks each against both of its digests.
/// A tree that is in the store already is not made again.
/// Errors: kInvalidArgument and kNotFound naming the layer, kIo.
base::Result<ImportedLayers> import_layers(const store::Writer& store,
                                           const store::Workspace& workspace, int dir_fd,
                                           const std::vector<LayerDescription>& layers,
                                           Before before, Missing missing, Report& report);

}  // namespace podd::importer
