// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/hmac.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd::base;

TEST_SUITE("base/hmac") {
    // RFC 4231, test cases 2 and 6
    TEST_CASE("codes are those of the standard, for short keys and long ones") {
        const auto hex = [](const std::string& bytes) {
            std::string text;
            for (const char byte : bytes)
                text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
            return text;
        };
        CHECK(hex(hmac_sha512("Jefe", "what do ya want for nothing?")) ==
              "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
              "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
        CHECK(hex(hmac_sha512(std::string(131, '\xaa'),
                              "Test Using Larger Than Block-Size Key - Hash Key First")) ==
              "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
              "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
    }

    TEST_CASE("secrets are equal when all of them is") {
        CHECK(equal_secrets("", ""));
        CHECK(equal_secrets("abc", "abc"));
        CHECK_FALSE(equal_secrets("abc", "abd"));
        CHECK_FALSE(equal_secrets("abc", "ab"));
        CHECK_FALSE(equal_secrets("ab", "abc"));
        CHECK_FALSE(equal_secrets({"a\0b", 3}, {"a\0c", 3}));
    }
}
