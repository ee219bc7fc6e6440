// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/enforcement.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "base/number_set.h"
#include "schema/bandwidth.h"

namespace podd::pod {

using base::Result;

namespace {

constexpr std::size_t kMaxLine = 4096;

std::string line_of(const char* path) {
    auto text = base::read_file(path, kMaxLine);
    if (!text) return {};
    return text->substr(0, text->find('\n'));
}

bool has_word(std::string_view text, std::string_view word) {
    while (!text.empty()) {
        const auto blank = text.find(' ');
        if (text.substr(0, blank) == word) return true;
        text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    }
    return false;
}

// Numbers that no cpuset of this host can hold; the kernel refuses all of such a set, or some.
std::string missing_numbers(const unit::Setting& setting, const HostLimits& host) {
    const bool processors = setting.key == "AllowedCPUs";
    const auto& there = processors ? host.processors : host.memory_nodes;
    const auto wanted = base::parse_number_set(setting.value);
    const auto all = base::parse_number_set(there);
    if (!wanted || !all || base::is_subset(*wanted, *all)) return {};
    return fmt::format("this host has the {} {} only", processors ? "processors" : "memory nodes",
                       there);
}

std::string reason(const unit::Setting& setting, const HostLimits& host) {
    const auto controller = translate::controller_of(setting.key);
    if (controller.empty()) return {};
    if (!has_word(host.controllers, controller))
        return fmt::format("this host's control groups have no controller \"{}\"", controller);
    return controller == "cpuset" ? missing_numbers(setting, host) : std::string{};
}

bool limits_network(const schema::Isolator& isolator) {
    return schema::network_bandwidth({isolator}).has_value();
}

// What the devices are makes no difference; without any, block isolators would say nothing.
std::vector<unit::Setting> settings_of(const schema::Isolator& isolator, translate::Scope scope) {
    auto settings = translate::resource_settings({isolator}, {"/"}, scope);
    if (!settings) return {};
    return *std::move(settings);
}

// Most isolators are rights and filters, for which nothing need be read.
bool is_limit(const schema::Isolator& isolator, translate::Scope scope) {
    const auto settings = settings_of(isolator, scope);
    return limits_network(isolator) ||
           std::any_of(settings.begin(), settings.end(), [](const unit::Setting& setting) {
               return !translate::controller_of(setting.key).empty();
           });
}

}  // namespace

HostLimits HostLimits::read() {
    return {line_of("/sys/fs/cgroup/cgroup.controllers"), line_of("/sys/devices/system/cpu/online"),
            line_of("/sys/devices/system/node/online")};
}

std::vector<WithoutEffect> without_effect(const std::vector<schema::Isolator>& isolators,
                                          const LimitScope& scope, const HostLimits& host) {
    std::vector<WithoutEffect> found;
    for (const auto& isolator : isolators) {
        const bool network = limits_network(isolator);
        std::string why;
        const bool is_of_host = !network || scope.no_bandwidth.empty();
        if (network) why = is_of_host ? scope.no_bandwidth_here : scope.no_bandwidth;
        for (const auto& setting : settings_of(isolator, scope.scope))
            if (why.empty()) why = reason(setting, host);
        const bool named = std::any_of(found.begin(), found.end(), [&](const auto& one) {
            return one.isolator == isolator.name.str();
        });
        if (!why.empty() && !named)
            found.push_back({isolator.name.str(), std::move(why), is_of_host});
    }
    return found;
}

base::Error refusal(const WithoutEffect& limit) {
    return {base::ErrorCode::kUnsupported,
            fmt::format("isolator \"{}\" would have no effect: {}; annotation \"{}\" says that the "
                        "pod is to start all the same",
                        limit.isolator, limit.why, schema::kBestEffort)};
}

std::string note(std::string_view whose, const WithoutEffect& limit) {
    return fmt::format("{}: isolator {} has no effect: {}", whose, limit.isolator, limit.why);
}

Result<> Enforcement::check(std::string_view whose, const std::vector<schema::Isolator>& isolators,
                            const LimitScope& scope, bool best_effort) {
    if (std::none_of(isolators.begin(), isolators.end(),
                     [&](const auto& isolator) { return is_limit(isolator, scope.scope); }))
        return {};
    if (!host_) host_ = HostLimits::read();
    for (const auto& limit : without_effect(isolators, scope, *host_)) {
        if (!best_effort) return refusal(limit);
        notes_.push_back(note(whose, limit));
    }
    return {};
}

}  // namespace podd::pod
