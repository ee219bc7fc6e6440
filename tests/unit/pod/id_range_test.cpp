// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/id_range.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::pod;

TEST_SUITE("pod/id_range") {
    TEST_CASE("candidates lie within systemd-nspawn's bounds and start at a multiple of 65536") {
        for (int i = 0; i < 10'000; ++i) {
            const auto base = first_candidate("pod-" + std::to_string(i));
            CHECK(base >= kRangeMin);
            CHECK(base <= kRangeMax);
            CHECK((base & 0xFFFFU) == 0);
        }
        CHECK(first_candidate("web") == first_candidate("web"));
        CHECK(first_candidate("web") != first_candidate("db"));
    }

    TEST_CASE("occupied ids are read from passwd and subuid texts, other lines passed over") {
        const auto ids = spans_of_ids("root:x:0:0::/:\n# comment\nu:x:70000:5::/:\nx:y:z", 2);
        REQUIRE(ids.size() == 2);
        CHECK(ids[1].first == 70000);
        const auto subids =
            spans_of_subids("u:100000:65536\nbad\nv:1:0\nw:5:99999999999999999999\n");
        REQUIRE(subids.size() == 1);
        CHECK(subids[0].last == 165535);
    }
}
