// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/health.h"

#include <fmt/format.h>

#include "schema/annotations.h"

namespace podd::pod {

using base::Result;

namespace {

// Source: docker's reference of Dockerfile, "HEALTHCHECK".
constexpr std::uint64_t kInterval = 30'000'000;
constexpr std::uint64_t kTimeout = 30'000'000;
constexpr std::uint64_t kStartInterval = 5'000'000;
constexpr std::uint32_t kRetries = 3;

}  // namespace

std::optional<plan::HealthPlan> health_plan(const schema::HealthSettings& settings) {
    if (!settings.has_check() || !settings.command) return std::nullopt;
    plan::HealthPlan plan;
    plan.argv = *settings.command;
    plan.interval_usec = settings.interval_usec.value_or(kInterval);
    plan.timeout_usec = settings.timeout_usec.value_or(kTimeout);
    plan.retries = settings.retries.value_or(kRetries);
    plan.start_period_usec = settings.start_period_usec.value_or(0);
    plan.start_interval_usec = settings.start_interval_usec.value_or(kStartInterval);
    // Both have the same order.
    plan.on_failure =
        static_cast<plan::HealthAction>(settings.on_failure.value_or(schema::HealthAction::kNone));
    return plan;
}

Result<> plan_health(const schema::RuntimeApp& runtime, const store::ImageRecord& image,
                     int run_dir, std::vector<std::string>& warnings) {
    const auto own = TRY(schema::health_settings(runtime.annotations));
    const auto settings = own.over(TRY(schema::health_settings(image.manifest.annotations)));
    const auto plan = health_plan(settings);
    const auto& name = runtime.name.str();
    if (!plan) {
        if (own.any() && !own.command)
            warnings.push_back(
                fmt::format("app \"{}\": its annotations about a health check have no effect: "
                            "neither image nor "
                            "manifest has one",
                            name));
        return {};
    }
    if (TRY(schema::app_settings(runtime)).init) {
        warnings.push_back(fmt::format(
            "app \"{}\": the health check of its image is not run: an init app ends by itself",
            name));
        return {};
    }
    return plan::write_health_plan(run_dir, name, *plan);
}

}  // namespace podd::pod
