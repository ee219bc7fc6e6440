// SPDX-License-Identifier: LGPL-2.1-or-later
// Health checks: annotations of apps and images. Source: podd.pod(5), "Health checks".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/app.h"

namespace podd::schema {

/// A JSON array of words, or a line for the app's /bin/sh, or "none".
inline constexpr std::string_view kHealthCommand = "podd.org/health-cmd";
inline constexpr std::string_view kHealthInterval = "podd.org/health-interval";
inline constexpr std::string_view kHealthTimeout = "podd.org/health-timeout";
inline constexpr std::string_view kHealthRetries = "podd.org/health-retries";
inline constexpr std::string_view kHealthStartPeriod = "podd.org/health-start-period";
inline constexpr std::string_view kHealthStartInterval = "podd.org/health-start-interval";
/// none (default), kill, restart, stop
inline constexpr std::string_view kHealthOnFailure = "podd.org/health-on-failure";

enum class HealthAction : unsigned char { kNone, kKill, kRestartApp, kStopApp };

/// What is not set is as the image says, or as the default.
struct HealthSettings {
    std::optional<std::vector<std::string>> command;  // empty: no check
    std::optional<std::uint64_t> interval_usec;
    std::optional<std::uint64_t> timeout_usec;
    std::optional<std::uint32_t> retries;
    std::optional<std::uint64_t> start_period_usec;
    std::optional<std::uint64_t> start_interval_usec;
    std::optional<HealthAction> on_failure;
    bool operator==(const HealthSettings&) const = default;

    bool any() const { return *this != HealthSettings{}; }
    bool has_check() const { return command && !command->empty(); }
    /// What `image` says where this one does not; without a check of its own, none of the rest.
    HealthSettings over(const HealthSettings& image) const;
};

bool is_health_annotation(std::string_view name);

/// Those among an app's or an image's annotations. PodManifest::parse() has checked an app's.
/// Errors: kInvalidArgument.
base::Result<HealthSettings> health_settings(const std::vector<Annotation>& annotations);

/// Reads one of them. Errors: kInvalidArgument; another annotation is one.
base::Result<> apply_health(HealthSettings& settings, std::string_view name,
                            std::string_view value);

}  // namespace podd::schema
