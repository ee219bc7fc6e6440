// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/compression.h"

#include <string>

#include <doctest/doctest.h>

#include <archive.h>
#include <archive_entry.h>

#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT
using podd::archive::Compression;

namespace {

std::string compress(std::string_view text, Compression how) {
    const auto out = memory_file("");
    auto* writer = ::archive_write_new();
    switch (how) {
        case Compression::kGzip: ::archive_write_add_filter_gzip(writer); break;
        case Compression::kBzip2: ::archive_write_add_filter_bzip2(writer); break;
        case Compression::kXz: ::archive_write_add_filter_xz(writer); break;
        case Compression::kZstd: ::archive_write_add_filter_zstd(writer); break;
        case Compression::kNone: break;
    }
    ::archive_write_set_format_raw(writer);
    ::archive_write_set_bytes_per_block(writer, 0);
    REQUIRE(::archive_write_open_fd(writer, out.get()) == ARCHIVE_OK);
    auto* entry = ::archive_entry_new();
    ::archive_entry_set_filetype(entry, AE_IFREG);
    REQUIRE(::archive_write_header(writer, entry) == ARCHIVE_OK);
    REQUIRE(::archive_write_data(writer, text.data(), text.size()) ==
            static_cast<la_ssize_t>(text.size()));
    ::archive_entry_free(entry);
    REQUIRE(::archive_write_free(writer) == ARCHIVE_OK);
    REQUIRE(::lseek(out.get(), 0, SEEK_SET) == 0);
    return base::read_all(out.get(), 1 << 24).value();
}

base::Result<std::string> decompress(std::string_view bytes, Compression how) {
    const auto in = memory_file(bytes);
    const auto out = memory_file("");
    TRY(podd::archive::decompress(in.get(), out.get(), how));
    REQUIRE(::lseek(out.get(), 0, SEEK_SET) == 0);
    return base::read_all(out.get(), 1 << 28);
}

constexpr Compression kAll[] = {Compression::kGzip, Compression::kBzip2, Compression::kXz,
                                Compression::kZstd};

}  // namespace

TEST_SUITE("archive/compression") {
    TEST_CASE("every compression is told by its first bytes and unpacked") {
        std::string text;
        for (unsigned i = 0; i < 300'000; ++i)
            text += static_cast<char>('a' + i * i % 23);
        for (const auto how : kAll) {
            CAPTURE(podd::archive::compression_name(how));
            const auto packed = compress(text, how);
            CHECK(podd::archive::sniff(packed) == how);
            const auto again = decompress(packed, how);
            REQUIRE(again);
            CHECK(*again == text);
        }
        CHECK(podd::archive::sniff("manifest") == Compression::kNone);
        CHECK(podd::archive::sniff("") == Compression::kNone);
    }

    TEST_CASE("A8: several members and frames are one stream") {
        for (const auto how : kAll) {
            CAPTURE(podd::archive::compression_name(how));
            const auto both = decompress(compress("one", how) + compress("two", how), how);
            REQUIRE_MESSAGE(both, (both ? "" : both.error().message()));
            CHECK(*both == "onetwo");
        }
        // A skippable frame, as zstd:chunked layers end with.
        std::string skippable{"\x50\x2a\x4d\x18\x04\0\0\0skip", 12};
        const auto chunked =
            decompress(compress("one", Compression::kZstd) + skippable, Compression::kZstd);
        REQUIRE_MESSAGE(chunked, (chunked ? "" : chunked.error().message()));
        CHECK(*chunked == "one");
        CHECK(decompress(compress("one", Compression::kGzip) + std::string(600, '\0'),
                         Compression::kGzip)
                  .value() == "one");
    }

    TEST_CASE("A8: other bytes behind the stream are refused") {
        for (const auto how : kAll) {
            CAPTURE(podd::archive::compression_name(how));
            const auto result = decompress(compress("one", how) + "garbage and more", how);
            CHECK_FALSE(result);
        }
    }

    TEST_CASE("A9: damaged and cut streams are refused") {
        const std::string text(100'000, 'x');
        for (const auto how : kAll) {
            CAPTURE(podd::archive::compression_name(how));
            const auto packed = compress(text + text, how);
            CHECK_FALSE(decompress(packed.substr(0, packed.size() - 5), how));
            CHECK_FALSE(decompress(packed.substr(0, 7), how));
            if (how == Compression::kZstd) continue;  // libarchive writes no checksum there
            auto damaged = packed;
            damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 0x55);
            CHECK_FALSE(decompress(damaged, how));
        }
    }

    TEST_CASE("A7: a zstd window above 128 MiB is refused before it is made") {
        // Frame header: no single segment, window descriptor E << 3: 2^(10 + E) bytes; then one
        // raw block of one byte.
        for (const int exponent : {17, 18, 21}) {
            CAPTURE(exponent);
            std::string frame{"\x28\xb5\x2f\xfd\x00\x00\x09\x00\x00x", 10};
            frame[5] = static_cast<char>(exponent << 3);
            const auto result = decompress(frame, Compression::kZstd);
            CHECK(result.has_value() == (exponent == 17));
            if (!result) CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
        }
    }
}
