// SPDX-License-Identifier: LGPL-2.1-or-later
// An app's health check, and how it went: two files beside the plan, the first one written by
// stage0, the second by stage1's program `health` for whoever shows it. An app without a check has
// neither.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::plan {

enum class HealthAction : unsigned char { kNone, kKill, kRestart, kStop };

struct HealthPlan {
    std::vector<std::string> argv;
    std::uint64_t interval_usec = 0;
    std::uint64_t timeout_usec = 0;
    std::uint32_t retries = 1;
    std::uint64_t start_period_usec = 0;
    std::uint64_t start_interval_usec = 0;
    HealthAction on_failure = HealthAction::kNone;
    bool operator==(const HealthPlan&) const = default;
};

/// "check-<app>.json", 0600.
std::string check_file(std::string_view app);
/// `dir_fd`: the pod's runtime folder. Errors: kNotFound, kCorrupt.
base::Result<HealthPlan> read_health_plan(int dir_fd, std::string_view app);
base::Result<> write_health_plan(int dir_fd, std::string_view app, const HealthPlan& plan);
bool has_health_plan(int dir_fd, std::string_view app);

/// "health-<app>.json", 0600.
std::string health_file(std::string_view app);
/// "podd-health-<pod>@<app>", of a timer and the service that it starts.
std::string health_unit(std::string_view pod, std::string_view app);

enum class Health : unsigned char { kStarting, kHealthy, kUnhealthy };
std::string_view health_word(Health health);

struct HealthRecord {
    Health state = Health::kStarting;
    std::uint32_t failures = 0;      // one after the other
    std::uint64_t started_usec = 0;  // when the app was started, CLOCK_BOOTTIME
    bool operator==(const HealthRecord&) const = default;
};

/// Errors: kNotFound, kCorrupt.
base::Result<HealthRecord> read_health(int dir_fd, std::string_view app);
base::Result<> write_health(int dir_fd, std::string_view app, const HealthRecord& record);

}  // namespace podd::plan
