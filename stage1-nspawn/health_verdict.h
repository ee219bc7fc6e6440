// SPDX-License-Identifier: LGPL-2.1-or-later
// What a check says about an app's health; pure.
#pragma once

#include <cstdint>

#include "plan/health.h"

namespace podd::stage1 {

/// Whether failures do not count yet. Source: docker's image specification 1.2, "StartPeriod".
bool is_starting(const plan::HealthPlan& plan, const plan::HealthRecord& record,
                 std::uint64_t now_usec);

/// Pause between the start of the app and the first check.
std::uint64_t first_delay(const plan::HealthPlan& plan);

/// The record after a check.
plan::HealthRecord judge(const plan::HealthPlan& plan, plan::HealthRecord record, bool passed,
                         std::uint64_t now_usec);

}  // namespace podd::stage1
