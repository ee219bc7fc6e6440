// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/health.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"

namespace podd::plan {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr std::size_t kMaxRecord = 4096;
constexpr std::size_t kMaxPlan = std::size_t{16} << 20;  // a command is no longer than a manifest
constexpr std::string_view kWords[] = {"starting", "healthy", "unhealthy"};
constexpr std::string_view kActions[] = {"none", "kill", "restart", "stop"};
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kMostCount = std::numeric_limits<std::uint32_t>::max();

Error corrupt(std::string_view member) {
    return {ErrorCode::kCorrupt,
            fmt::format("member \"{}\" is missing or has a wrong value", member)};
}

Result<std::uint64_t> number(const Json& json, std::string_view name, std::uint64_t most) {
    const auto* member = json.find(name);
    const auto value = member == nullptr ? std::nullopt : member->as_uint();
    if (!value || *value > most) return corrupt(name);
    return *value;
}

Result<std::string> text(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr) return corrupt(name);
    return *member->as_string();
}

// The place of a word in its list.
template <std::size_t count>
Result<std::size_t> choice(const Json& json, std::string_view name,
                           const std::string_view (&words)[count]) {
    const auto value = TRY(text(json, name));
    const auto* const found = std::find(std::begin(words), std::end(words), value);
    if (found == std::end(words)) return corrupt(name);
    return static_cast<std::size_t>(found - std::begin(words));
}

Result<std::vector<std::string>> words_of(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    if (member == nullptr || member->as_array() == nullptr) return corrupt(name);
    std::vector<std::string> words;
    for (const Json& element : *member->as_array()) {
        if (element.as_string() == nullptr) return corrupt(name);
        words.push_back(*element.as_string());
    }
    if (words.empty()) return corrupt(name);
    return words;
}

}  // namespace

std::string check_file(std::string_view app) {
    return fmt::format("check-{}.json", app);
}

bool has_health_plan(int dir_fd, std::string_view app) {
    return ::faccessat(dir_fd, check_file(app).c_str(), F_OK, 0) == 0;
}

Result<HealthPlan> read_health_plan(int dir_fd, std::string_view app) {
    const auto json = TRY(Json::parse(TRY(base::read_file(dir_fd, check_file(app), kMaxPlan))));
    HealthPlan plan;
    plan.argv = TRY(words_of(json, "argv"));
    plan.interval_usec = TRY(number(json, "intervalUsec", kMost));
    plan.timeout_usec = TRY(number(json, "timeoutUsec", kMost));
    plan.retries = static_cast<std::uint32_t>(TRY(number(json, "retries", kMostCount)));
    plan.start_period_usec = TRY(number(json, "startPeriodUsec", kMost));
    plan.start_interval_usec = TRY(number(json, "startIntervalUsec", kMost));
    plan.on_failure = static_cast<HealthAction>(TRY(choice(json, "onFailure", kActions)));
    return plan;
}

Result<> write_health_plan(int dir_fd, std::string_view app, const HealthPlan& plan) {
    Json argv{Json::Array{}};
    for (const auto& word : plan.argv)
        argv.push_back(Json{word});
    Json json;
    json.add("argv", std::move(argv));
    json.add("intervalUsec", plan.interval_usec);
    json.add("timeoutUsec", plan.timeout_usec);
    json.add("retries", std::uint64_t{plan.retries});
    json.add("startPeriodUsec", plan.start_period_usec);
    json.add("startIntervalUsec", plan.start_interval_usec);
    json.add("onFailure", kActions[static_cast<std::size_t>(plan.on_failure)]);
    return base::write_file(dir_fd, check_file(app), json.str(), 0600);
}

std::string health_file(std::string_view app) {
    return fmt::format("health-{}.json", app);
}

std::string health_unit(std::string_view pod, std::string_view app) {
    return fmt::format("podd-health-{}@{}", pod, app);
}

std::string_view health_word(Health health) {
    return kWords[static_cast<std::size_t>(health)];
}

Result<HealthRecord> read_health(int dir_fd, std::string_view app) {
    const auto json = TRY(Json::parse(TRY(base::read_file(dir_fd, health_file(app), kMaxRecord))));
    HealthRecord record;
    record.state = static_cast<Health>(TRY(choice(json, "state", kWords)));
    record.failures = static_cast<std::uint32_t>(TRY(number(json, "failures", kMostCount)));
    record.started_usec = TRY(number(json, "startedUsec", kMost));
    return record;
}

Result<> write_health(int dir_fd, std::string_view app, const HealthRecord& record) {
    Json json;
    json.add("state", health_word(record.state));
    json.add("failures", std::uint64_t{record.failures});
    json.add("startedUsec", record.started_usec);
    return base::write_file(dir_fd, health_file(app), json.str(), 0600);
}

}  // namespace podd::plan
