// SPDX-License-Identifier: LGPL-2.1-or-later
#include "health_verdict.h"

#include <doctest/doctest.h>

using namespace podd;
using plan::Health;
using plan::HealthRecord;

namespace {

plan::HealthPlan check_of(std::uint64_t start_period) {
    plan::HealthPlan plan;
    plan.argv = {"check"};
    plan.interval_usec = 30;
    plan.start_interval_usec = 5;
    plan.start_period_usec = start_period;
    plan.retries = 2;
    return plan;
}

}  // namespace

TEST_SUITE("sandbox/health_verdict") {
    TEST_CASE("so many failures one after the other make an app unhealthy, one success healthy") {
        const auto plan = check_of(0);
        HealthRecord record;
        record = stage1::judge(plan, record, false, 10);
        CHECK(record == HealthRecord{Health::kStarting, 1, 0});
        record = stage1::judge(plan, record, false, 10);
        CHECK(record == HealthRecord{Health::kUnhealthy, 2, 0});
        record = stage1::judge(plan, record, false, 10);
        CHECK(record == HealthRecord{Health::kUnhealthy, 2, 0});
        record = stage1::judge(plan, record, true, 10);
        CHECK(record == HealthRecord{Health::kHealthy, 0, 0});
        record = stage1::judge(plan, record, false, 10);
        CHECK(record == HealthRecord{Health::kHealthy, 1, 0});
        record = stage1::judge(plan, record, true, 10);
        CHECK(record.failures == 0);
    }

    TEST_CASE("failures in the start period do not count, until a check has passed") {
        const auto plan = check_of(100);
        const HealthRecord fresh{Health::kStarting, 0, 1000};
        CHECK(stage1::judge(plan, fresh, false, 1099) == fresh);
        CHECK(stage1::judge(plan, fresh, false, 1100).failures == 1);
        const auto healthy = stage1::judge(plan, fresh, true, 1010);
        CHECK(healthy.state == Health::kHealthy);
        CHECK(stage1::judge(plan, healthy, false, 1020).failures == 1);
        CHECK(stage1::is_starting(plan, fresh, 999));
        CHECK_FALSE(stage1::is_starting(plan, healthy, 1010));
    }

    TEST_CASE("the first check comes sooner where there is a start period") {
        CHECK(stage1::first_delay(check_of(0)) == 30);
        CHECK(stage1::first_delay(check_of(1)) == 5);
        auto plan = check_of(1);
        plan.start_interval_usec = 50;
        CHECK(stage1::first_delay(plan) == 30);
    }
}
