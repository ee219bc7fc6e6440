// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include <doctest/doctest.h>

#include "fetch/blobs.h"

using podd::fetch::parse_stored_blobs;
using podd::fetch::StoredBlobs;

TEST_SUITE("fetch/blobs") {
    TEST_CASE("what is stored comes as one digest on each line") {
        const std::string a = "sha256:" + std::string(64, 'a');
        const std::string b = "sha256:" + std::string(64, 'b');
        for (const auto& [text, blobs] :
             {std::pair{std::string{}, StoredBlobs{}}, std::pair{a + "\n", StoredBlobs{a}},
              std::pair{b + "\n" + a + "\n", StoredBlobs{a, b}}, std::pair{a, StoredBlobs{a}}}) {
            CAPTURE(text);
            const auto parsed = parse_stored_blobs(text);
            REQUIRE(parsed.has_value());
            CHECK(*parsed == blobs);
        }
        for (const auto& text :
             {std::string{"\n"}, "sha256/" + std::string(64, 'a'), a + "\n\n", a + " \n"})
            CHECK_FALSE(parse_stored_blobs(text).has_value());
    }
}
