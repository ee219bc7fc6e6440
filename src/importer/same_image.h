// SPDX-License-Identifier: LGPL-2.1-or-later
// An ACI that is in the store already, byte for byte.
#pragma once

#include <optional>

#include "base/result.h"
#include "store/writer.h"

namespace podd::importer {

/// The image that was imported from a file with the same bytes as `source` has from its beginning;
/// nothing when `source` is no regular file. Only a file that has the size of such a one is read.
/// Images with dependencies are left out: others may be meant by them today.
base::Result<std::optional<store::ImageRecord>> find_same_aci(const store::Writer& store,
                                                              int source);

}  // namespace podd::importer
