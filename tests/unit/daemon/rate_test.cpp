// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/rate.h"

#include <vector>

#include <doctest/doctest.h>

using podd::daemon::RateMeter;

TEST_CASE("a rate is that of the last seconds") {
    struct Sample {
        std::uint64_t msec, bytes;
    };
    struct Case {
        const char* what;
        std::vector<Sample> samples;
        std::uint64_t rate;
    };
    const Case cases[] = {
        {"nothing", {}, 0},
        {"one sample says nothing", {{0, 5000}}, 0},
        {"too short to say", {{0, 0}, {400, 4000}}, 0},
        {"what was there before does not count", {{0, 1'000'000}, {1000, 1'002'000}}, 2000},
        {"steady", {{0, 0}, {1000, 1000}, {2000, 2000}, {9000, 9000}}, 1000},
        {"what is long ago is forgotten",
         {{0, 0}, {1000, 900'000}, {7000, 900'000}, {12'000, 900'000}},
         0},
        {"slower and slower", {{0, 0}, {1000, 4000}, {4000, 4000}}, 1000},
        {"begun anew", {{0, 0}, {1000, 4000}, {1100, 0}, {2100, 100}}, 100},
        {"a clock that goes back", {{5000, 0}, {1000, 4000}}, 0},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        RateMeter meter;
        for (const Sample& sample : c.samples)
            meter.add(sample.msec * 1000, sample.bytes);
        CHECK(meter.per_second() == c.rate);
    }
}
