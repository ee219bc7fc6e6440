// SPDX-License-Identifier: LGPL-2.1-or-later
// What a file is packed with, and the unpacking of it: bytes to bytes, between two descriptors.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace podd::archive {

enum class Compression : unsigned char { kNone, kGzip, kBzip2, kXz, kZstd };

/// So many first bytes decide.
inline constexpr std::size_t kSniffBytes = 6;

/// What a stream may ask to have kept of what was unpacked last.
inline constexpr std::size_t kMaxWindowBytes = std::size_t{128} << 20;

/// By magic number: what a media type or a file name says is not asked. Source: appc reference 2.3.
Compression sniff(std::string_view first_bytes);

/// "gzip", …; "none".
std::string_view compression_name(Compression compression);

/// Unpacks one layer of compression from `in` to `out`, to the end of `in`. Several members or
/// frames one after another are one stream; other bytes behind the last one are an error.
/// Errors: kInvalidArgument (damaged, cut short, trailing bytes, a zstd window above
/// kMaxWindowBytes; where xz asks for more, the process must not have the memory), kIo.
base::Result<> decompress(int in, int out, Compression compression);

namespace internal {
base::Result<> decompress_gzip(int in, int out);
}

}  // namespace podd::archive
