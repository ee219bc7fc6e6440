// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/gzip_writer.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <unistd.h>

#include "archive/compression.h"
#include "base/file.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;
using namespace podd::archive;
using podd::test::memory_file;

TEST_SUITE("archive/gzip_writer") {
    TEST_CASE("a stream comes back, and its header tells nothing") {
        for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3000000}}) {
            CAPTURE(size);
            std::string plain(size, 'a');
            for (std::size_t i = 0; i < size; i += 7)
                plain[i] = static_cast<char>(i * 31 % 251);
            std::string small;
            auto writer = GzipWriter::create([&](std::string_view bytes) {
                small += bytes;
                return base::Result<>{};
            });
            REQUIRE(writer);
            REQUIRE(writer->write(std::string_view{plain}.substr(0, size / 3)));
            REQUIRE(writer->write(std::string_view{plain}.substr(size / 3)));
            REQUIRE(writer->finish());
            CHECK(small.substr(0, 10) == std::string{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10});
            const auto in = memory_file(small);
            const auto out = memory_file("");
            REQUIRE(decompress(in.get(), out.get(), Compression::kGzip));
            REQUIRE(::lseek(out.get(), 0, SEEK_SET) == 0);
            CHECK((base::read_all(out.get(), size + 1).value() == plain));
        }
    }
}
