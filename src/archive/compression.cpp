// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/compression.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct Magic {
    std::string_view bytes;
    Compression compression;
};
constexpr std::array kMagics = {
    Magic{{"\x1f\x8b", 2}, Compression::kGzip},
    Magic{{"BZh", 3}, Compression::kBzip2},
    Magic{{"\xfd"
           "7zXZ\0",
           6},
          Compression::kXz},
    Magic{{"\x28\xb5\x2f\xfd", 4}, Compression::kZstd},
};

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

struct FreeReader {
    void operator()(::archive* reader) const { (void)::archive_read_free(reader); }
};

// What the library's read callback works on; its address stays the same while reading.
struct Input {
    int fd;
    std::uint64_t total = 0;
    std::vector<char> buffer = std::vector<char>(kBufferBytes);
};

la_ssize_t read_input(::archive* reader, void* data, const void** block) {
    auto& input = *static_cast<Input*>(data);
    ssize_t n = 0;
    do
        n = ::read(input.fd, input.buffer.data(), input.buffer.size());
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        ::archive_set_error(reader, errno, "reading compressed data");
        return -1;
    }
    input.total += static_cast<std::uint64_t>(n);
    *block = input.buffer.data();
    return n;
}

int filter_of(Compression compression) {
    switch (compression) {
        case Compression::kNone: return ARCHIVE_FILTER_NONE;
        case Compression::kGzip: return ARCHIVE_FILTER_GZIP;
        case Compression::kBzip2: return ARCHIVE_FILTER_BZIP2;
        case Compression::kXz: return ARCHIVE_FILTER_XZ;
        case Compression::kZstd: return ARCHIVE_FILTER_ZSTD;
    }
    return ARCHIVE_FILTER_NONE;
}

// zstd has that limit of its own; for xz it is the memory of the process. Where the very first
// bytes fail, the library says no more than that it knows no such format.
Error unreadable(Compression compression) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the {} data is damaged, or wants a window of more than {} MiB",
                             compression_name(compression), kMaxWindowBytes >> 20)};
}

Error damaged(::archive* reader, Compression compression) {
    if (::archive_errno(reader) == ENOMEM) return unreadable(compression);
    const char* text = ::archive_error_string(reader);
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the {} data is damaged: {}", compression_name(compression),
                             text != nullptr ? text : "it ends too early")};
}

// Bytes that the filter left alone.
Result<> check_consumed(::archive* reader, Input& input, Compression compression) {
    const auto consumed = static_cast<std::uint64_t>(::archive_filter_bytes(reader, -1));
    const void* block = nullptr;
    if (consumed < input.total || read_input(reader, &input, &block) > 0)
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("the {} data is followed by other bytes", compression_name(compression))};
    return {};
}

}  // namespace

Compression sniff(std::string_view first_bytes) {
    for (const auto& magic : kMagics)
        if (first_bytes.starts_with(magic.bytes)) return magic.compression;
    return Compression::kNone;
}

std::string_view compression_name(Compression compression) {
    switch (compression) {
        case Compression::kNone: return "none";
        case Compression::kGzip: return "gzip";
        case Compression::kBzip2: return "bzip2";
        case Compression::kXz: return "xz";
        case Compression::kZstd: return "zstd";
    }
    return "none";
}

Result<> decompress(int in, int out, Compression compression) {
    if (compression == Compression::kGzip) return internal::decompress_gzip(in, out);
    const std::unique_ptr<::archive, FreeReader> reader{::archive_read_new()};
    Input input{.fd = in};
    // Exactly this one filter: the library would otherwise peel off one compression after another.
    if (!reader || ::archive_read_support_format_raw(reader.get()) != ARCHIVE_OK ||
        ::archive_read_append_filter(reader.get(), filter_of(compression)) != ARCHIVE_OK)
        return Error{ErrorCode::kUnsupported, fmt::format("libarchive here does not unpack {}",
                                                          compression_name(compression))};
    ::archive_entry* entry = nullptr;
    if (::archive_read_open(reader.get(), &input, nullptr, read_input, nullptr) != ARCHIVE_OK ||
        ::archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
        return unreadable(compression);
    for (;;) {
        const void* block = nullptr;
        std::size_t length = 0;
        la_int64_t offset = 0;
        const int status = ::archive_read_data_block(reader.get(), &block, &length, &offset);
        if (status == ARCHIVE_EOF) break;
        if (status != ARCHIVE_OK) return damaged(reader.get(), compression);
        TRY(base::write_all(out, {static_cast<const char*>(block), length}));
    }
    return check_consumed(reader.get(), input, compression);
}

}  // namespace podd::archive
