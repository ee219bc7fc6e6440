// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "schema/isolators.h"

using podd::schema::Quantity;

TEST_SUITE("schema/quantity") {
    TEST_CASE("quantities have their value and their canonical text") {
        struct Case {
            std::string text;
            std::uint64_t value;
            std::uint64_t milli;
            std::string str;
        };
        for (const auto& c : {
                 Case{"0", 0, 0, "0"},
                 Case{"1", 1, 1000, "1"},
                 Case{"+1", 1, 1000, "1"},
                 Case{"1.", 1, 1000, "1"},
                 Case{"1.G", 1'000'000'000, 1'000'000'000'000, "1G"},
                 Case{".001", 1, 1, "1m"},
                 Case{"0.3", 1, 300, "300m"},
                 Case{"0.5m", 1, 1, "500u"},
                 Case{"100m", 1, 100, "100m"},
                 Case{"1500m", 2, 1500, "1500m"},
                 Case{"1n", 1, 1, "1n"},
                 Case{"0.1n", 1, 1, "1n"},  // rounded up
                 Case{"1u", 1, 1, "1u"},
                 Case{"1k", 1000, 1'000'000, "1k"},
                 Case{"1K", 1000, 1'000'000, "1k"},
                 Case{"1E", 1'000'000'000'000'000'000, UINT64_MAX, "1E"},
                 Case{"1E3", 1000, 1'000'000, "1k"},
                 Case{"1e3", 1000, 1'000'000, "1k"},
                 Case{"1e+3", 1000, 1'000'000, "1k"},
                 Case{"5e-1", 1, 500, "500m"},
                 Case{"125952Ki", 128974848, 128974848000, "123Mi"},
                 Case{"1.5Gi", 1610612736, 1610612736000, "1536Mi"},
                 Case{"0.5Ki", 512, 512000, "512"},
                 Case{"0.1Ki", 103, 102400, "102400m"},
                 Case{"1Ei", 1152921504606846976, UINT64_MAX, "1Ei"},
                 Case{"9Ei", 10376293541461622784U, UINT64_MAX, "9Ei"},
                 Case{"100Ei", UINT64_MAX, UINT64_MAX, "100Ei"},
                 Case{"1e1000", UINT64_MAX, UINT64_MAX, "340282366920938463463374607431768211455n"},
                 Case{"0e1000", 0, 0, "0"},
                 Case{"1e-1000", 1, 1, "1n"},
                 Case{"9999999999999999999999999999999999999999999999", UINT64_MAX, UINT64_MAX,
                      "340282366920938463463374607431768211455n"},
                 Case{"1.0000000000000000000000000000000000001", 2, 1001, "1000000001n"},
             }) {
            CAPTURE(c.text);
            const auto quantity = Quantity::parse(c.text);
            REQUIRE_MESSAGE(quantity.has_value(), quantity.error().message());
            CHECK(quantity->value() == c.value);
            CHECK(quantity->milli_value() == c.milli);
            CHECK(quantity->str() == c.str);
            const auto again = Quantity::parse(quantity->str());
            REQUIRE(again.has_value());
            CHECK(*again == *quantity);
        }
        CHECK(*Quantity::parse("128974848") == *Quantity::parse("125952Ki"));
        CHECK(*Quantity::parse("123Mi") == *Quantity::parse("125952Ki"));
        CHECK(*Quantity::parse("1m") < *Quantity::parse("1"));
    }

    TEST_CASE("what is no quantity is refused") {
        for (const std::string text :
             {"",       "1KI",     "1i",     "1e",    "1e1.5", "1 M",     "--1",
              "0x10",   "1.1.M",   "1+1.0M", "0.1mi", "0.1am", "aoeu",    ".5i",
              "-3.01i", "-3.01e-", " 1",     "1 ",    ".",     "-",       "+",
              "-.",     "-1",      "-0.5",   "1ki",   "1e+",   "\xc2\xb2"}) {
            CAPTURE(text);
            CHECK_FALSE(Quantity::parse(text).has_value());
        }
        CHECK_FALSE(Quantity::parse(std::string(101, '1')).has_value());
    }
}
