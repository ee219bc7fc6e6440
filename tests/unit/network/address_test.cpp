// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/address.h"

#include <doctest/doctest.h>

using namespace podd::network;

namespace {

Pool small_pool() {
    Pool pool;
    pool.network = {192, 0, 2, 8};
    pool.prefix_length = 29;
    return pool;
}

}  // namespace

TEST_CASE("a slot is one address of each family, and back") {
    Pool pool = pool_of({0xAB, 0xCD, 0xEF, 1, 2, 3, 4});
    CHECK(text(pool.ipv4(Pool::kGateway)) == "10.80.0.1");
    CHECK(text(pool.ipv4(0x1234)) == "10.80.18.52");
    CHECK(text(pool.ipv6(0x1234)) == "fdab:cdef:102::1234");
    CHECK(pool.ipv6_text() == "fdab:cdef:102::/64");
    CHECK(pool.ipv4_text() == "10.80.0.0/16");
    CHECK(pool.slot_of({10, 80, 18, 52}) == 0x1234);
    CHECK(pool.slot_of({10, 81, 18, 52}) == std::nullopt);
}

TEST_CASE("the pool overlaps with networks within it and around it") {
    const Pool pool;
    const struct {
        Ipv4 address;
        unsigned length;
        bool overlaps;
    } cases[] = {
        {{10, 0, 0, 1}, 8, true},      {{10, 80, 3, 1}, 24, true},     {{10, 80, 0, 0}, 16, true},
        {{10, 81, 0, 0}, 16, false},   {{10, 79, 255, 1}, 32, false},  {{0, 0, 0, 0}, 0, true},
        {{192, 168, 0, 1}, 16, false}, {{10, 80, 255, 255}, 32, true},
    };
    for (const auto& one : cases) {
        CAPTURE(text(one.address));
        CHECK(pool.overlaps(one.address, one.length) == one.overlaps);
    }
}

TEST_CASE("networks all of which lie in the pool") {
    const Pool pool = pool_of({0xAB, 0xCD, 0xEF, 1, 2});
    const struct {
        Ipv4 address;
        unsigned length;
        bool contained;
    } cases[] = {
        {{10, 80, 0, 0}, 16, true},  {{10, 80, 16, 0}, 20, true}, {{10, 80, 255, 255}, 32, true},
        {{10, 80, 0, 0}, 15, false}, {{10, 0, 0, 0}, 8, false},   {{0, 0, 0, 0}, 0, false},
        {{10, 81, 0, 0}, 16, false}, {{10, 79, 0, 0}, 24, false},
    };
    for (const auto& one : cases) {
        CAPTURE(text(one.address));
        CHECK(pool.contains(one.address, one.length) == one.contained);
    }
    const struct {
        const char* address;
        unsigned length;
        bool contained;
    } cases6[] = {
        {"fdab:cdef:102::", 64, true},
        {"fdab:cdef:102::5", 128, true},
        {"fdab:cdef:102::", 63, false},
        {"fdab:cdef:102:1::", 64, false},
        {"fd00::", 8, false},
        {"::", 0, false},
        {"fdab:cdef:102:0:8000::", 65, true},
    };
    Pool without = pool;
    without.has_ipv6 = false;
    for (const auto& one : cases6) {
        CAPTURE(one.address);
        CHECK(pool.contains(parse_ipv6(one.address).value(), one.length) == one.contained);
        CHECK(!without.contains(parse_ipv6(one.address).value(), one.length));
    }
}

TEST_CASE("a pod has the same slot each time, and another one when that is taken") {
    const Pool pool;
    const auto first = pick_slot(pool, "web", {});
    REQUIRE(first.has_value());
    CHECK(pick_slot(pool, "web", {}) == first);
    CHECK(pick_slot(pool, "db", {}) != first);
    const auto second = pick_slot(pool, "web", {*first});
    REQUIRE(second.has_value());
    CHECK(second != first);
}

TEST_CASE("every slot but three is given, each once, and then no more") {
    const Pool pool = small_pool();
    std::set<std::uint32_t> taken;
    for (int i = 0; i < 5; ++i) {
        const auto slot = pick_slot(pool, "web", taken);
        REQUIRE(slot.has_value());
        CHECK(*slot > Pool::kGateway);
        CHECK(*slot < 7);  // the last is everybody's
        CHECK(taken.insert(*slot).second);
    }
    CHECK(pick_slot(pool, "web", taken) == std::nullopt);
}

TEST_CASE("names of links") {
    CHECK(link_name("web") == "podd-web");
    CHECK(link_name("ten-digits") == "podd-ten-digits");
    const auto one = link_name("eleven-dig1");
    const auto other = link_name("eleven-dig2");
    CHECK(one != other);
    CHECK(one.starts_with("podd-elev."));
    CHECK(one.size() <= 15);
    CHECK(link_name(std::string(48, 'a')).size() <= 15);
}

TEST_CASE("both ends of a link have addresses that are given by software") {
    CHECK(text(mac_of({10, 80, 0, 2}, End::kPod)) == "02:70:0a:50:00:02");
    CHECK(text(mac_of({10, 80, 0, 2}, End::kHost)) == "02:68:0a:50:00:02");
}

TEST_CASE("what is no address") {
    for (const auto* one : {"", "1.2.3", "1.2.3.4 ", "::1", "1.2.3.256"}) {
        CAPTURE(one);
        CHECK(!parse_ipv4(one));
    }
    for (const auto* one : {"", "1.2.3.4", ":::1", "fe80::1%eth0"}) {
        CAPTURE(one);
        CHECK(!parse_ipv6(one));
    }
    CHECK(is_link_local(*parse_ipv6("febf::1")));
    CHECK(!is_link_local(*parse_ipv6("fec0::1")));
}
