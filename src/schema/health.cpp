// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/health.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/json.h"
#include "base/number.h"
#include "schema/json_node.h"
#include "schema/time_span.h"

namespace podd::schema {

namespace {

using base::Json;
using base::Result;

constexpr std::string_view kNames[] = {kHealthCommand,      kHealthInterval,    kHealthTimeout,
                                       kHealthRetries,      kHealthStartPeriod, kHealthOnFailure,
                                       kHealthStartInterval};
constexpr std::uint32_t kMostRetries = 1000;
// As docker has it: less than that is a mistake in the unit.
constexpr std::uint64_t kShortestUsec = 1000;

Result<std::vector<std::string>> words(std::string_view text) {
    constexpr std::string_view kWanted =
        "a JSON array of words, of which the first is a program; a line for a shell that begins "
        "with \"[\" has to say \"test\" instead";
    const auto json = Json::parse(text);
    std::vector<std::string> list;
    if (!json || json->as_array() == nullptr) return found_wanted(quoted(text), kWanted);
    for (const Json& element : *json->as_array()) {
        const auto* word = element.as_string();
        if (word == nullptr || word->find('\0') != std::string::npos)
            return found_wanted(quoted(text), kWanted);
        list.push_back(*word);
    }
    if (list.empty() || list.front().empty()) return found_wanted(quoted(text), kWanted);
    return list;
}

Result<std::vector<std::string>> command(std::string_view text) {
    if (text == "none") return std::vector<std::string>{};
    if (text.starts_with('[')) return words(text);
    if (text.find_first_not_of(" \t\n") == std::string_view::npos ||
        text.find('\0') != std::string_view::npos)
        return found_wanted(quoted(text), "a command, or \"none\" for no check");
    return std::vector<std::string>{"/bin/sh", "-c", std::string{text}};
}

Result<std::uint64_t> span(std::string_view text, std::uint64_t least) {
    const auto usec = TRY(parse_time_span(text));
    if (usec == kInfinity || usec < least)
        return found_wanted(quoted(text), least == 0
                                              ? "a time span that ends"
                                              : "a time span of at least 1ms, and one that ends");
    return usec;
}

Result<std::uint32_t> retries(std::string_view text) {
    const auto number = base::parse_number<std::uint32_t>(text);
    if (!number || *number == 0 || *number > kMostRetries)
        return found_wanted(quoted(text), fmt::format("a number from 1 to {}", kMostRetries));
    return *number;
}

Result<HealthAction> action(std::string_view text) {
    constexpr std::string_view kActions[] = {"none", "kill", "restart", "stop"};
    const auto* const found = std::find(std::begin(kActions), std::end(kActions), text);
    if (found == std::end(kActions))
        return found_wanted(quoted(text), "\"none\", \"kill\", \"restart\" or \"stop\"");
    return static_cast<HealthAction>(found - std::begin(kActions));
}

template <typename T>
void fill(std::optional<T>& value, const std::optional<T>& image) {
    if (!value) value = image;
}

}  // namespace

HealthSettings HealthSettings::over(const HealthSettings& image) const {
    HealthSettings merged = *this;
    fill(merged.command, image.command);
    // Times of the image's were meant for the image's command.
    if (!command) {
        fill(merged.interval_usec, image.interval_usec);
        fill(merged.timeout_usec, image.timeout_usec);
        fill(merged.retries, image.retries);
        fill(merged.start_period_usec, image.start_period_usec);
        fill(merged.start_interval_usec, image.start_interval_usec);
    }
    fill(merged.on_failure, image.on_failure);
    return merged;
}

bool is_health_annotation(std::string_view name) {
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

Result<HealthSettings> health_settings(const std::vector<Annotation>& annotations) {
    HealthSettings settings;
    for (const auto& annotation : annotations)
        if (is_health_annotation(annotation.name.str()))
            TRY_CONTEXT(apply_health(settings, annotation.name.str(), annotation.value),
                        "annotation \"{}\"", annotation.name.str());
    return settings;
}

Result<> apply_health(HealthSettings& settings, std::string_view name, std::string_view value) {
    if (name == kHealthCommand)
        settings.command = TRY(command(value));
    else if (name == kHealthInterval)
        settings.interval_usec = TRY(span(value, kShortestUsec));
    else if (name == kHealthTimeout)
        settings.timeout_usec = TRY(span(value, kShortestUsec));
    else if (name == kHealthRetries)
        settings.retries = TRY(retries(value));
    else if (name == kHealthStartPeriod)
        settings.start_period_usec = TRY(span(value, 0));
    else if (name == kHealthStartInterval)
        settings.start_interval_usec = TRY(span(value, kShortestUsec));
    else if (name == kHealthOnFailure)
        settings.on_failure = TRY(action(value));
    else
        return found_wanted(quoted(name), "an annotation about a health check");
    return {};
}

}  // namespace podd::schema
