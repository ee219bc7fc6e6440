// SPDX-License-Identifier: LGPL-2.1-or-later
#include "health_verdict.h"

#include <algorithm>

namespace podd::stage1 {

bool is_starting(const plan::HealthPlan& plan, const plan::HealthRecord& record,
                 std::uint64_t now_usec) {
    return record.state == plan::Health::kStarting &&
           now_usec - std::min(now_usec, record.started_usec) < plan.start_period_usec;
}

std::uint64_t first_delay(const plan::HealthPlan& plan) {
    return plan.start_period_usec == 0 ? plan.interval_usec
                                       : std::min(plan.interval_usec, plan.start_interval_usec);
}

plan::HealthRecord judge(const plan::HealthPlan& plan, plan::HealthRecord record, bool passed,
                         std::uint64_t now_usec) {
    if (passed) {
        record.failures = 0;
        record.state = plan::Health::kHealthy;
    } else if (!is_starting(plan, record, now_usec)) {
        if (record.failures < plan.retries) ++record.failures;
        if (record.failures >= plan.retries) record.state = plan::Health::kUnhealthy;
    }
    return record;
}

}  // namespace podd::stage1
