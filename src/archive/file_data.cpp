// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/file_data.h"

#include <algorithm>
#include <cerrno>
#include <string>

#include <fmt/format.h>

#include <unistd.h>

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::array<char, 65536> kZeros{};

void hash_zeros(base::Hash& hash, std::uint64_t count) {
    while (count > 0) {
        const auto step = std::min<std::uint64_t>(count, kZeros.size());
        hash.update({kZeros.data(), step});
        count -= step;
    }
}

Result<> write_at(int fd, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return base::errno_error("writing", errno);
        bytes.remove_prefix(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

unsigned char hex_value(char digit) {
    return static_cast<unsigned char>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

std::array<unsigned char, 32> finish_sha256(base::Hash& hash) {
    const auto text = hash.finish_hex();
    std::array<unsigned char, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] =
            static_cast<unsigned char>((hex_value(text[2 * i]) << 4) | hex_value(text[2 * i + 1]));
    return bytes;
}

Result<FileData> copy_file_data(TarReader& reader, int fd, std::uint64_t size,
                                std::uint64_t hole_limit) {
    base::Hash hash{base::HashAlgorithm::kSha256};
    std::uint64_t at = 0;
    std::uint64_t holes = 0;
    const auto skip_to = [&](std::uint64_t offset) -> Result<> {
        if (offset < at || offset > size)
            return Error{ErrorCode::kInvalidArgument, "is a sparse file with an impossible map"};
        holes += offset - at;
        if (holes > hole_limit)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("has holes of more than {} bytes", hole_limit)};
        hash_zeros(hash, offset - at);
        at = offset;
        return {};
    };
    while (const auto block = TRY(reader.next_block())) {
        if (block->bytes.empty()) continue;
        TRY(skip_to(block->offset));
        if (block->bytes.size() > size - at)
            return Error{ErrorCode::kInvalidArgument, "has more data than its header says"};
        TRY(write_at(fd, block->bytes, at));
        hash.update(block->bytes);
        at += block->bytes.size();
    }
    const bool ends_in_hole = at < size;
    TRY(skip_to(size));
    if (ends_in_hole && ::ftruncate(fd, static_cast<off_t>(size)) < 0)
        return base::errno_error("setting its size", errno);
    return FileData{finish_sha256(hash), holes};
}

}  // namespace podd::archive
