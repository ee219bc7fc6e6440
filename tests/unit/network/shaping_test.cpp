// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/shaping.h"

#include <doctest/doctest.h>

#include "network/address.h"

using namespace podd::network;

TEST_CASE("an interface that limits a pod has a name that no pod's link has") {
    CHECK(shaping_name("web") == "podd_web");
    // A letter that pods do not have in their names, in the one place that all links share.
    for (const auto* pod : {"a-b", "a-pod-with-a-long-name", "a-pod-with-another-name"}) {
        CAPTURE(pod);
        CHECK(shaping_name(pod).size() == link_name(pod).size());
        CHECK(shaping_name(pod).starts_with("podd_"));
    }
    CHECK(shaping_name("a-pod-with-a-long-name") != shaping_name("a-pod-with-another-name"));
}

TEST_CASE("a bucket lets little pass at once, but whole packets, and fits the kernel's numbers") {
    CHECK(bucket_of(1) == Bucket{1, 16384, 49152});
    CHECK(bucket_of(1'000'000) == Bucket{1'000'000, 20'000, 100'000});
    CHECK(bucket_of(UINT64_MAX) == Bucket{UINT64_MAX, 1U << 30U, 1U << 30U});
}
