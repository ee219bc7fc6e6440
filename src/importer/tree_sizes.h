// SPDX-License-Identifier: LGPL-2.1-or-later
// How large the trees of a new image are.
#pragma once

#include "store/writer.h"

namespace podd::importer {

/// Says it in the record for each of the image's trees, when the lists of all of them say so.
void add_tree_bytes(const store::Writer& store, const store::Workspace& workspace,
                    store::NewImage& image);

}  // namespace podd::importer
