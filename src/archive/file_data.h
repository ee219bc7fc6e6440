// SPDX-License-Identifier: LGPL-2.1-or-later
// The data of one archive member, written and hashed in one pass.
#pragma once

#include <array>
#include <cstdint>

#include "archive/tar_reader.h"
#include "base/hash.h"
#include "base/result.h"

namespace podd::archive {

struct FileData {
    std::array<unsigned char, 32> sha256;  // holes read as zeros
    std::uint64_t hole_bytes;
};

/// The digest of everything so far; the hash is spent afterwards.
std::array<unsigned char, 32> finish_sha256(base::Hash& hash);

/// Fills the empty file `fd` with the current member's data. Errors: kInvalidArgument when more
/// than `hole_limit` bytes are holes or the pieces do not fit `size`; kIo.
base::Result<FileData> copy_file_data(TarReader& reader, int fd, std::uint64_t size,
                                      std::uint64_t hole_limit);

}  // namespace podd::archive
