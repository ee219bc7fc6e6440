// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/health.h"

#include <doctest/doctest.h>

#include "scratch_folder.h"

using namespace podd;
using plan::Health;
using plan::HealthRecord;

TEST_SUITE("plan/health") {
    TEST_CASE("what was written is read again") {
        const test::ScratchFolder folder;
        for (const Health state : {Health::kStarting, Health::kHealthy, Health::kUnhealthy}) {
            const HealthRecord record{state, 3, 18'000'000'000'000'000'000U};
            REQUIRE(plan::write_health(folder.fd(), "web-1", record));
            CHECK(plan::read_health(folder.fd(), "web-1").value() == record);
        }
        CHECK(plan::read_health(folder.fd(), "other").error().code() == base::ErrorCode::kNotFound);
    }

    TEST_CASE("what nobody wrote is refused") {
        const test::ScratchFolder folder;
        for (const char* text : {"", "{}", "[]", R"({"state":"dead","failures":0,"startedUsec":0})",
                                 R"({"state":"healthy","failures":-1,"startedUsec":0})",
                                 R"({"state":"healthy","failures":4294967296,"startedUsec":0})",
                                 R"({"state":"healthy","failures":1})"}) {
            CAPTURE(text);
            REQUIRE(base::write_file(folder.fd(), plan::health_file("a"), text, 0600));
            CHECK_FALSE(plan::read_health(folder.fd(), "a"));
        }
    }

    TEST_CASE("a check that was written is read again, and is missed where there is none") {
        const test::ScratchFolder folder;
        CHECK_FALSE(plan::has_health_plan(folder.fd(), "a"));
        const plan::HealthPlan check{{"sh", "-c", "a\n\"b"},      7, 8, 9, 10, 11,
                                     plan::HealthAction::kRestart};
        REQUIRE(plan::write_health_plan(folder.fd(), "a", check));
        CHECK(plan::has_health_plan(folder.fd(), "a"));
        CHECK(plan::read_health_plan(folder.fd(), "a").value() == check);
        REQUIRE(base::write_file(folder.fd(), plan::check_file("a"), R"({"argv":[]})", 0600));
        CHECK(plan::read_health_plan(folder.fd(), "a").error().code() == base::ErrorCode::kCorrupt);
    }

    TEST_CASE("units of two apps have two names") {
        CHECK(plan::health_unit("a-b", "c") == "podd-health-a-b@c");
        CHECK(plan::health_unit("a", "b-c") == "podd-health-a@b-c");
    }
}
