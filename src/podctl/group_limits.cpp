// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/group_limits.h"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/file.h"
#include "base/number.h"

namespace podd::podctl {

namespace {

constexpr std::size_t kMaxFile = 65536;
constexpr std::uint64_t kUsecPerSec = 1'000'000;

using Pair = std::pair<const char*, const char*>;

constexpr Pair kNumbers[] = {{"memory.max", "MemoryMax"}, {"memory.high", "MemoryHigh"},
                             {"memory.min", "MemoryMin"}, {"memory.low", "MemoryLow"},
                             {"pids.max", "TasksMax"},    {"memory.swap.max", "MemorySwapMax"},
                             {"cpu.weight", "CPUWeight"}};
constexpr Pair kSets[] = {{"cpuset.cpus", "AllowedCPUs"}, {"cpuset.mems", "AllowedMemoryNodes"}};
constexpr Pair kDeviceKeys[] = {{"rbps", "IOReadBandwidthMax"},
                                {"wbps", "IOWriteBandwidthMax"},
                                {"riops", "IOReadIOPSMax"},
                                {"wiops", "IOWriteIOPSMax"}};

// Up to `end`, and without it.
std::string_view take(std::string_view& text, char end) {
    const auto at = text.find(end);
    const auto word = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return word;
}

std::optional<std::uint64_t> number(std::string_view text) {
    if (text == "max") return UINT64_MAX;
    return base::parse_number<std::uint64_t>(text);
}

class Reader {
public:
    explicit Reader(const std::string& folder) : folder_{folder} {}

    // Without the line break at its end.
    std::optional<std::string> text(const char* name) const {
        auto text = base::read_file(fmt::format("{}/{}", folder_, name), kMaxFile);
        if (!text) return std::nullopt;
        if (text->ends_with('\n')) text->pop_back();
        return *std::move(text);
    }

    // Of lines as "oom_kill 2".
    std::optional<std::uint64_t> member(const char* name, std::string_view key) const {
        const auto all = text(name);
        if (!all) return std::nullopt;
        std::string_view rest = *all;
        while (!rest.empty()) {
            std::string_view line = take(rest, '\n');
            if (take(line, ' ') == key) return number(line);
        }
        return std::nullopt;
    }

private:
    const std::string& folder_;
};

void set(GroupLimits& limits, const char* property, std::optional<std::uint64_t> value) {
    if (value) limits.numbers[property] = *value;
}

// "20000 100000": so many microseconds of so many.
void read_quota(GroupLimits& limits, const Reader& group) {
    const auto text = group.text("cpu.max");
    if (!text) return;
    std::string_view rest = *text;
    const auto quota = number(take(rest, ' '));
    const auto period = number(rest);
    if (!quota || !period || *period == 0) return;
    set(limits, "CPUQuotaPerSecUSec",
        *quota == UINT64_MAX ? UINT64_MAX : *quota * kUsecPerSec / *period);
}

// "254:0 rbps=1048576 wbps=max riops=max wiops=max"
void read_device(GroupLimits& limits, std::string_view line) {
    const std::string device{take(line, ' ')};
    while (!line.empty()) {
        std::string_view word = take(line, ' ');
        const auto key = take(word, '=');
        const auto value = number(word);
        for (const auto& [name, property] : kDeviceKeys)
            if (key == name && value && *value != UINT64_MAX)
                limits.devices[property].emplace_back(device, *value);
    }
}

void read_devices(GroupLimits& limits, const Reader& group) {
    const auto text = group.text("io.max");
    limits.limits_devices = text.has_value();
    std::string_view rest = text ? std::string_view{*text} : std::string_view{};
    while (!rest.empty())
        read_device(limits, take(rest, '\n'));
}

void read_sets(GroupLimits& limits, const Reader& group) {
    for (const auto& [file, property] : kSets) {
        const auto own = group.text(file);
        const auto effective = group.text(fmt::format("{}.effective", file).c_str());
        if (own && effective) limits.number_sets[property] = {*effective, !own->empty()};
    }
}

}  // namespace

GroupLimits read_group_limits(const std::string& folder) {
    GroupLimits limits;
    const Reader group{folder};
    for (const auto& [file, property] : kNumbers)
        if (const auto text = group.text(file)) set(limits, property, number(*text));
    read_quota(limits, group);
    set(limits, "IOWeight", group.member("io.weight", "default"));
    read_devices(limits, group);
    read_sets(limits, group);
    limits.oom_kills = group.member("memory.events", "oom_kill").value_or(0);
    return limits;
}

}  // namespace podd::podctl
