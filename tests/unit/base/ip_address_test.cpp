// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/ip_address.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::base;

TEST_CASE("an address has one text") {
    CHECK(canonical_address("192.0.2.1") == "192.0.2.1");
    CHECK(canonical_address("0.0.0.0") == "0.0.0.0");
    CHECK(canonical_address("2001:0DB8:0:0::1") == "2001:db8::1");
    CHECK(canonical_address("0:0:0:0:0:0:0:0") == "::");
    for (const std::string text :
         {"", "localhost", "192.0.2", "192.0.2.01", "192.0.2.1/24", " 192.0.2.1", "fe80::1%eth0",
          "[::1]", "::ffff:192.0.2.1", "1::2::3"}) {
        CAPTURE(text);
        CHECK_FALSE(canonical_address(text).has_value());
    }
    CHECK_FALSE(canonical_address(std::string{"::1\0x", 5}).has_value());
}

TEST_CASE("which families a port is opened in") {
    const struct {
        const char* address;
        bool ipv4, ipv6, every;
    } cases[] = {{"", true, true, true},
                 {"0.0.0.0", true, false, true},
                 {"::", false, true, true},
                 {"192.0.2.1", true, false, false},
                 {"2001:db8::1", false, true, false}};
    for (const auto& c : cases) {
        CAPTURE(c.address);
        CHECK(opens_ipv4(c.address) == c.ipv4);
        CHECK(opens_ipv6(c.address) == c.ipv6);
        CHECK(is_every_address(c.address) == c.every);
    }
}

TEST_CASE("what another network namespace cannot reach") {
    for (const auto* loopback : {"127.0.0.1", "127.0.0.53", "::1"})
        CHECK(is_loopback(loopback));
    for (const auto* other :
         {"", "0.0.0.0", "::", "128.0.0.1", "::2", "::ffff:127.0.0.1", "localhost"})
        CHECK_FALSE(is_loopback(other));
}

TEST_CASE("addresses that one packet can be to") {
    const struct {
        const char* one;
        const char* other;
        bool overlap;
    } cases[] = {
        {"", "", true},
        {"", "192.0.2.1", true},
        {"", "2001:db8::1", true},
        {"", "0.0.0.0", true},
        {"", "::", true},
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "0.0.0.0", true},
        {"192.0.2.1", "::", false},
        {"192.0.2.1", "2001:db8::1", false},
        {"0.0.0.0", "::", false},
        {"0.0.0.0", "2001:db8::1", false},
        {"::", "2001:db8::1", true},
        {"2001:db8::1", "2001:db8::2", false},
    };
    for (const auto& c : cases) {
        CAPTURE(c.one);
        CAPTURE(c.other);
        CHECK(addresses_overlap(c.one, c.other) == c.overlap);
        CHECK(addresses_overlap(c.other, c.one) == c.overlap);
    }
}
