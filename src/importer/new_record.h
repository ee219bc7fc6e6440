// SPDX-License-Identifier: LGPL-2.1-or-later
// What every import has at hand, and the record that it begins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "importer/options.h"
#include "importer/report.h"
#include "store/writer.h"

namespace podd::importer {

struct ImportContext {
    const store::Writer& store;
    const store::Workspace& workspace;
    const ImportOptions& options;
    Report& report;
    std::vector<std::string> notes{};  // for the user
};

/// Hex digits.
std::string sha256(std::string_view bytes);

/// Without id, trees and blobs. That the image does not run here is a note.
store::ImageRecord new_record(ImportContext& context, store::ImageKind kind,
                              schema::ImageManifest manifest);

/// The manifest gives the image its id; it and the configuration are blobs like any layer.
base::Result<> add_documents(const ImportContext& context, store::NewImage& image,
                             const std::string& manifest, const std::string& config);

}  // namespace podd::importer
