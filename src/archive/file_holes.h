// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a file is nothing but zeros.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/tar_reader.h"
#include "base/result.h"

namespace podd::archive {

/// Shorter ones are data like any other.
inline constexpr std::uint64_t kHoleBytes = std::uint64_t{1} << 20;

/// The holes of the first `size` bytes: whole aligned pieces of kHoleBytes that read as zeros,
/// whether the file system keeps them or not. So the same file has the same holes wherever it lies.
/// Errors: kIo.
base::Result<std::vector<Hole>> find_holes(int fd, std::uint64_t size);

}  // namespace podd::archive
