// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/base64.h"

#include <string>

#include <doctest/doctest.h>

using podd::base::base64;
using podd::base::from_base64;

TEST_SUITE("base/base64") {
    TEST_CASE("base64 is RFC 4648's") {
        CHECK(base64("") == "");
        CHECK(base64("f") == "Zg==");
        CHECK(base64("fo") == "Zm8=");
        CHECK(base64("foo") == "Zm9v");
        CHECK(base64("foobar") == "Zm9vYmFy");
        CHECK(base64(std::string{"\xff\x00\xfe", 3}) == "/wD+");
    }

    TEST_CASE("what was written is read again, with and without padding") {
        std::string bytes;
        for (int i = 0; i < 256; ++i) {
            bytes += static_cast<char>(i * 7);
            auto text = base64(bytes);
            CHECK(from_base64(text) == bytes);
            while (text.ends_with('='))
                text.pop_back();
            CHECK(from_base64(text) == bytes);
        }
    }

    TEST_CASE("what is no base64 is refused") {
        for (const auto* text : {"A", "AAAAA", "Zm9v!mFy", "Zm9v\nYmFy", "Zg==Zg==", "-_-_"}) {
            CAPTURE(text);
            CHECK_FALSE(from_base64(text).has_value());
        }
    }
}
