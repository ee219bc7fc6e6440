// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci_health.h"

#include <cstdint>

#include <fmt/format.h>

#include "schema/app_json.h"
#include "schema/health.h"

namespace podd::schema {

namespace {

using base::Json;
using base::Result;

constexpr std::uint64_t kMostNanoseconds = INT64_MAX;
constexpr std::uint64_t kMostRetries = UINT32_MAX;

std::string json_words(const std::vector<std::string>& words) {
    Json array{Json::Array{}};
    for (const auto& word : words)
        array.push_back(Json{word});
    return array.str();
}

// "30s", or microseconds where that says less than there is.
std::string span_text(std::uint64_t nanoseconds) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    if (nanoseconds % kSecond == 0) return fmt::format("{}s", nanoseconds / kSecond);
    return fmt::format("{}us", nanoseconds / 1000);
}

// 0, or nothing: docker's default.
Result<std::uint64_t> number(const JsonNode& parent, std::string_view name, std::uint64_t most) {
    const JsonNode node = TRY(parent.member(name));
    if (node.absent()) return std::uint64_t{0};
    return node.natural(0, most);
}

// "NONE" takes away what a base image asks for; "[]" says nothing at all.
Result<std::vector<std::string>> command(const JsonNode& config, std::vector<std::string> test,
                                         std::string& note) {
    const std::string kind = test.front();
    test.erase(test.begin());
    if (kind == "CMD-SHELL" && test.size() == 1) {
        auto words = TRY(read_texts(config, "Shell"));
        if (words.empty()) words = {"/bin/sh", "-c"};
        words.push_back(std::move(test.front()));
        return words;
    }
    if (kind == "CMD" && !test.empty() && !test.front().empty()) return test;
    if (kind != "NONE")
        note = fmt::format(
            "the health check is left out: found {}, wanted \"CMD\" with words, "
            "\"CMD-SHELL\" with one line, or \"NONE\"",
            quoted(kind));
    return std::vector<std::string>{};
}

Result<> add_spans(const JsonNode& check, OciHealth& health) {
    constexpr std::pair<std::string_view, std::string_view> kSpans[] = {
        {"Interval", kHealthInterval},
        {"Timeout", kHealthTimeout},
        {"StartPeriod", kHealthStartPeriod},
        {"StartInterval", kHealthStartInterval}};
    for (const auto& [member, annotation] : kSpans) {
        const auto nanoseconds = TRY(number(check, member, kMostNanoseconds));
        if (nanoseconds != 0) health.annotations.emplace_back(annotation, span_text(nanoseconds));
    }
    return {};
}

// What podd's own annotations do not take, such as an interval of a microsecond.
void check_annotations(OciHealth& health) {
    HealthSettings settings;
    for (const auto& [name, value] : health.annotations) {
        const auto applied = apply_health(settings, name, value);
        if (applied) continue;
        health.note =
            fmt::format("the health check is left out: {}: {}", name, applied.error().message());
        health.annotations.clear();
        return;
    }
}

}  // namespace

Result<OciHealth> read_oci_health(const JsonNode& config) {
    OciHealth health;
    const JsonNode check = TRY(config.member("Healthcheck"));
    if (check.absent()) return health;
    auto test = TRY(read_texts(check, "Test"));
    if (test.empty()) return health;
    const auto words = TRY(command(config, std::move(test), health.note));
    if (words.empty()) return health;
    health.annotations.emplace_back(kHealthCommand, json_words(words));
    TRY(add_spans(check, health));
    if (const auto retries = TRY(number(check, "Retries", kMostRetries)); retries != 0)
        health.annotations.emplace_back(kHealthRetries, fmt::format("{}", retries));
    check_annotations(health);
    return health;
}

}  // namespace podd::schema
