// SPDX-License-Identifier: LGPL-2.1-or-later
// What is in the store already, byte for byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "archive/compression.h"
#include "base/result.h"
#include "store/writer.h"

namespace podd::importer {

/// The image that was imported from a file with the same bytes as `source` has from its beginning;
/// nothing when `source` is no regular file. Only a file that has the size of such a one is read.
/// Images with dependencies are left out: others may be meant by them today.
base::Result<std::optional<store::ImageRecord>> find_same_aci(const store::Writer& store,
                                                              int source);

/// The tar of a root file system, as the store knows it.
struct SameRoot {
    std::string sha256;  // of the file
    std::uint64_t size = 0;
    archive::Compression compression = archive::Compression::kNone;
    std::string tree_sha256;  // of the tar in it
    std::uint64_t tree_bytes = 0;
};

/// The same for a root file system, whatever name it has there. A layer of an image that came with
/// a manifest is left out: nobody has looked whether it is an image by itself.
base::Result<std::optional<SameRoot>> find_same_root(const store::Writer& store, int source);

}  // namespace podd::importer
