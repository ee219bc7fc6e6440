// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/hash.h"

#include <doctest/doctest.h>

using namespace podd::base;

TEST_SUITE("base/hash") {
    // FIPS 180-2 test vectors for "abc"
    TEST_CASE("digests are those of the standard, in one piece or several") {
        CHECK(hash_hex(HashAlgorithm::kSha256, "abc") ==
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        Hash hash{HashAlgorithm::kSha512};
        hash.update("a");
        hash.update("");
        hash.update("bc");
        CHECK(hash.finish_hex() ==
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    }
}
