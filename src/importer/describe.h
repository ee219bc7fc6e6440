// SPDX-License-Identifier: LGPL-2.1-or-later
// What a folder of OCI's or Docker's holds, as one small value. Runs in a worker.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "importer/documents.h"
#include "importer/options.h"
#include "schema/digest.h"
#include "schema/image_manifest.h"

namespace podd::importer {

struct LayerDescription {
    std::string path;                      // in the folder
    std::optional<schema::Digest> digest;  // of the file; OCI only
    std::uint64_t size = 0;                // of the file; OCI only
    schema::Digest diff_id;                // of the tar
};

struct ImageDescription {
    std::optional<schema::Digest> manifest_digest;  // OCI only; Docker's archives have no manifest
    std::string manifest_path;
    std::optional<schema::Digest> config_digest;
    std::string config_path;
    std::vector<LayerDescription> layers;  // base first
    schema::ImageManifest manifest;
    std::size_t default_arguments = 0;  // as in store::ImageRecord
    std::vector<std::string> notes;
};

/// In the worker: chooses the image that `options` ask for and describes it.
base::Result<base::Json> describe_image(const ReadDocument& read, const ImportOptions& options);

/// In the parent: the description, checked again. Errors: kInternal, kUnsupported (digests other
/// than SHA-256).
base::Result<ImageDescription> image_description(const base::Json& json);

}  // namespace podd::importer
