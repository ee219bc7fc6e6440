// SPDX-License-Identifier: LGPL-2.1-or-later
// Which isolators may stand in one list.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/number.h"
#include "schema/isolator_json.h"

namespace podd::schema {

using base::Result;

namespace {

struct Rule {
    std::string_view name;
    // Isolators with the same text here must not stand together in one list. Several of one name
    // without a rule: the last one counts.
    std::string_view exclusive;
};

constexpr std::string_view kCapabilities = "os/linux/capabilities-";

constexpr std::array kRules{
    Rule{"os/linux/capabilities-retain-set", kCapabilities},
    Rule{"os/linux/capabilities-remove-set", kCapabilities},
    Rule{"os/linux/seccomp-retain-set", "seccomp"},
    Rule{"os/linux/seccomp-remove-set", "seccomp"},
    Rule{"os/linux/selinux-context", "selinux"},
    Rule{"os/linux/apparmor-profile", "apparmor"},
    Rule{"os/linux/oom-score-adj", "oom"},
    Rule{"os/linux/cpu-shares", "shares"},
    Rule{"podd.org/cpu-weight", "shares"},
    Rule{"os/unix/sysctl", "sysctl"},
};

// Of podd's own, none may stand twice.
std::string_view exclusive_of(std::string_view name) {
    const auto* const hit = std::find_if(kRules.begin(), kRules.end(),
                                         [&](const Rule& rule) { return rule.name == name; });
    if (hit != kRules.end()) return hit->exclusive;
    return name.starts_with(kOwnIsolators) ? name : std::string_view{};
}

Result<void> check_exclusive(const JsonNode& list, const std::vector<Isolator>& isolators) {
    std::vector<std::string_view> seen;
    for (std::size_t index = 0; index < isolators.size(); ++index) {
        const std::string_view name = isolators[index].name.str();
        const std::string_view exclusive = exclusive_of(name);
        if (exclusive.empty()) continue;
        for (const std::string_view other : seen) {
            // Two sets of capabilities of the same kind are allowed: the last one counts.
            const bool same_set = name == other && exclusive == kCapabilities;
            if (exclusive_of(other) != exclusive || same_set) continue;
            return list.element(index).here(
                found_wanted(fmt::format("\"{}\" beside \"{}\"", name, other), "one of them"));
        }
        if (std::find(seen.begin(), seen.end(), name) == seen.end()) seen.push_back(name);
    }
    return {};
}

// What one list says of memory and of the share of processors.
struct Sum {
    std::optional<std::uint64_t> memory_limit;
    bool cpu_request = false;
};

Sum sum_of(const std::vector<Isolator>& isolators) {
    Sum sum;
    for (const auto& isolator : isolators) {
        const auto value = isolator_value(isolator);
        const auto* resource = value ? std::get_if<ResourceIsolator>(&*value) : nullptr;
        if (resource == nullptr) continue;
        if (resource->kind == ResourceIsolator::Kind::kMemory) {
            sum.memory_limit.reset();
            if (resource->limit) sum.memory_limit = resource->limit->value();
        }
        if (resource->kind == ResourceIsolator::Kind::kCpu)
            sum.cpu_request = resource->request.has_value();
    }
    return sum;
}

Result<void> check_own(const JsonNode& node, const UnitIsolator& own, const Sum& sum) {
    if (own.key == "CPUWeight" && sum.cpu_request)
        return node.here(
            found_wanted("\"podd.org/cpu-weight\" beside \"resource/cpu\" with a \"request\"",
                         "one of them: both are the app's share of processors"));
    if ((own.key != "MemoryHigh" && own.key != "MemoryMin") || !sum.memory_limit) return {};
    const auto bytes = base::parse_number<std::uint64_t>(own.value);
    if (bytes && *bytes > *sum.memory_limit)
        return node.here(found_wanted(
            fmt::format("{} bytes", own.value),
            fmt::format("at most the limit of \"resource/memory\", {}", *sum.memory_limit)));
    return {};
}

}  // namespace

Result<void> check_isolator_conflicts(const JsonNode& list,
                                      const std::vector<Isolator>& isolators) {
    TRY(check_exclusive(list, isolators));
    const bool own = std::any_of(isolators.begin(), isolators.end(), [](const Isolator& one) {
        return one.name.str().starts_with(kOwnIsolators);
    });
    if (!own) return {};
    const Sum sum = sum_of(isolators);
    for (std::size_t index = 0; index < isolators.size(); ++index) {
        const auto value = isolator_value(isolators[index]);
        const auto* unit = value ? std::get_if<UnitIsolator>(&*value) : nullptr;
        if (unit != nullptr) TRY(check_own(list.element(index), *unit, sum));
    }
    return {};
}

}  // namespace podd::schema
