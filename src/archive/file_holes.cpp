// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/file_holes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace podd::archive {

namespace {

using base::Result;

bool all_zeros(const std::vector<char>& bytes, std::size_t count) {
    // Each byte is the one before it, and the first is zero.
    return bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, count - 1) == 0;
}

// Where data begins at or behind `at`; `at` itself where the file system does not say.
std::uint64_t next_data(int fd, std::uint64_t at, std::uint64_t size) {
    const off_t found = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
    if (found >= 0) return std::min(static_cast<std::uint64_t>(found), size);
    return errno == ENXIO ? size : at;
}

// False also at the end of a file that became shorter: whoever copies it will say so.
Result<bool> reads_as_zeros(int fd, std::uint64_t at, std::vector<char>& buffer) {
    std::size_t have = 0;
    while (have < buffer.size()) {
        const ssize_t n =
            ::pread(fd, buffer.data() + have, buffer.size() - have, static_cast<off_t>(at + have));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return base::errno_error("reading", errno);
        if (n == 0) return false;
        // Most pieces are told by their beginning.
        if (buffer[have] != 0) return false;
        have += static_cast<std::size_t>(n);
    }
    return all_zeros(buffer, buffer.size());
}

}  // namespace

Result<std::vector<Hole>> find_holes(int fd, std::uint64_t size) {
    std::vector<Hole> holes;
    if (size < kHoleBytes) return holes;
    std::vector<char> buffer(kHoleBytes);
    std::uint64_t data = next_data(fd, 0, size);
    for (std::uint64_t at = 0; at + kHoleBytes <= size; at += kHoleBytes) {
        if (data < at) data = next_data(fd, at, size);
        const bool unwritten = data >= at + kHoleBytes;
        if (!unwritten && !TRY(reads_as_zeros(fd, at, buffer))) continue;
        if (!holes.empty() && holes.back().offset + holes.back().length == at)
            holes.back().length += kHoleBytes;
        else
            holes.push_back({at, kHoleBytes});
    }
    return holes;
}

}  // namespace podd::archive
