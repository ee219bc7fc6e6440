// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/resources.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/isolators.h"
#include "unit/values.h"

namespace podd::translate {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::ResourceIsolator;
using Settings = std::vector<unit::Setting>;

constexpr std::uint64_t kMaxWeight = 10000;

void set(Settings& settings, std::string key, std::string value) {
    settings.push_back({std::move(key), std::move(value), {}});
}

Error nothing_left(const schema::Isolator& isolator) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("isolator \"{}\": found a limit of 0, wanted more than that",
                        isolator.name.str())};
}

Result<> cpu(const ResourceIsolator& value, Settings& out, const schema::Isolator& isolator) {
    // One whole core is worth 100, what systemd gives a unit that asks for nothing.
    if (value.request)
        set(out, "CPUWeight",
            fmt::format(
                "{}", std::clamp<std::uint64_t>(value.request->milli_value() / 10, 1, kMaxWeight)));
    if (!value.limit) return {};
    if (value.limit->milli_value() == 0) return nothing_left(isolator);
    set(out, "CPUQuota", unit::quota_text(value.limit->milli_value()));
    return {};
}

Result<> memory(const ResourceIsolator& value, Settings& out, const schema::Isolator& isolator) {
    if (value.request) set(out, "MemoryLow", fmt::format("{}", value.request->value()));
    if (!value.limit) return {};
    if (value.limit->value() == 0) return nothing_left(isolator);
    set(out, "MemoryMax", fmt::format("{}", value.limit->value()));
    return {};
}

Result<> io(const ResourceIsolator& value, Settings& out, const schema::Isolator& isolator,
            const std::vector<std::string>& paths, std::string_view what) {
    if (!value.limit) return {};
    if (value.limit->value() == 0) return nothing_left(isolator);
    const auto limit = fmt::format("{}", value.limit->value());
    for (const auto& path : paths)
        for (const auto* const way : {"IORead", "IOWrite"})
            out.push_back({fmt::format("{}{}Max", way, what), {}, {path, limit}});
    return {};
}

Result<> resource(const ResourceIsolator& value, Settings& out, const schema::Isolator& isolator,
                  const std::vector<std::string>& paths) {
    switch (value.kind) {
        case ResourceIsolator::Kind::kCpu: return cpu(value, out, isolator);
        case ResourceIsolator::Kind::kMemory: return memory(value, out, isolator);
        case ResourceIsolator::Kind::kBlockBandwidth:
            return io(value, out, isolator, paths, "Bandwidth");
        case ResourceIsolator::Kind::kBlockIops: return io(value, out, isolator, paths, "IOPS");
        case ResourceIsolator::Kind::kNetworkBandwidth:  // no unit can say it
            if (value.limit && value.limit->value() == 0) return nothing_left(isolator);
            return {};
    }
    return {};
}

// cgroup v1 shares (2…262144) to the weight that the kernel's own conversion gives.
// Source: appc spec mapping, 1 + ((shares - 2) * 9999) / 262142.
std::uint64_t weight_of_shares(std::uint32_t shares) {
    const std::uint64_t above = std::clamp<std::uint32_t>(shares, 2, 262144) - 2;
    return 1 + above * (kMaxWeight - 1) / 262142;
}

// Whether a later isolator of the same name replaces this one.
bool is_last(const std::vector<schema::Isolator>& isolators, std::size_t i) {
    return std::none_of(isolators.begin() + static_cast<std::ptrdiff_t>(i) + 1, isolators.end(),
                        [&](const auto& later) { return later.name == isolators[i].name; });
}

}  // namespace

Result<Settings> resource_settings(const std::vector<schema::Isolator>& isolators,
                                   const std::vector<std::string>& io_paths, Scope scope) {
    Settings out;
    for (std::size_t i = 0; i < isolators.size(); ++i) {
        if (!is_last(isolators, i)) continue;
        const auto value = TRY(schema::isolator_value(isolators[i]));
        if (const auto* res = std::get_if<ResourceIsolator>(&value)) {
            TRY(resource(*res, out, isolators[i], io_paths));
        } else if (const auto* shares = std::get_if<schema::CpuSharesIsolator>(&value)) {
            set(out, "CPUWeight", fmt::format("{}", weight_of_shares(shares->value)));
        } else if (const auto* own = std::get_if<schema::UnitIsolator>(&value)) {
            set(out, std::string{own->key}, own->value);
        } else if (const auto* score = std::get_if<schema::OomScoreAdjIsolator>(&value)) {
            if (scope == Scope::kApp) set(out, "OOMScoreAdjust", fmt::format("{}", score->value));
        }
    }
    return out;
}

std::string_view controller_of(std::string_view key) {
    if (key.starts_with("Memory")) return "memory";
    if (key.starts_with("CPU")) return "cpu";
    if (key.starts_with("IO")) return "io";
    if (key == "TasksMax") return "pids";
    return key.starts_with("Allowed") ? "cpuset" : std::string_view{};
}

std::vector<std::string> isolator_warnings(const std::vector<schema::Isolator>& isolators,
                                           Scope scope) {
    std::vector<std::string> out;
    for (const auto& isolator : isolators) {
        const auto value = schema::isolator_value(isolator);
        if (!value) continue;  // an error, not a warning: the parser has said so
        const bool of_resource = std::holds_alternative<ResourceIsolator>(*value) ||
                                 std::holds_alternative<schema::CpuSharesIsolator>(*value) ||
                                 std::holds_alternative<schema::UnitIsolator>(*value) ||
                                 std::holds_alternative<schema::SelinuxIsolator>(*value) ||
                                 std::holds_alternative<schema::ApparmorIsolator>(*value);
        const bool of_pod = std::holds_alternative<schema::SysctlIsolator>(*value);
        const auto warn = [&](std::string_view why) {
            out.push_back(fmt::format("isolator \"{}\" is ignored: {}", isolator.name.str(), why));
        };
        if (std::holds_alternative<schema::UnknownIsolator>(*value))
            warn("podd does not know it");
        else if (scope == Scope::kPod && !of_resource && !of_pod)
            warn("it belongs to an app, not to the pod");
        else if (scope == Scope::kApp && of_pod)
            warn("it belongs to the pod, not to an app");
    }
    return out;
}

}  // namespace podd::translate
