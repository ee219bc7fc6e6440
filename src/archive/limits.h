// SPDX-License-Identifier: LGPL-2.1-or-later
// How much an archive may ask for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace podd::archive {

/// Far above what real images hold (a desktop with compilers: 400 000 entries), far below what
/// hurts. The size of the disk is a limit of its own.
struct Limits {
    std::uint64_t max_entries = 1'000'000;  // missing parents count too
    // Members without data cost their packer next to nothing: so many, and `max_empty_ratio` more
    // for each member with data.
    std::uint64_t max_empty_entries = 150'000;
    std::uint64_t max_empty_ratio = 4;
    std::uint64_t max_bytes = std::uint64_t{256} << 30;         // all files together
    std::uint64_t max_stream_bytes = std::uint64_t{320} << 30;  // the archive, unpacked
    std::uint64_t max_hole_bytes = std::uint64_t{1}
                                   << 30;  // of sparse files together: they are hashed
    std::size_t max_path_bytes = 4095;     // PATH_MAX without its NUL
    std::size_t max_depth = 256;
    std::size_t max_manifest_bytes = std::size_t{4} << 20;
    // What a compressed stream may become: `ratio` times its own size, and `ratio_free_bytes` for
    // nothing. gzip ends at 1032, real images lie below 10.
    std::uint64_t max_ratio = 200;
    std::uint64_t ratio_free_bytes = std::uint64_t{128} << 20;
};

}  // namespace podd::archive
