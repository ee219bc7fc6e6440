// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/limits_text.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/number_set.h"
#include "podctl/human.h"

namespace podd::podctl {

namespace {

// The kernel counts memory in pages, and processor time in whole microseconds of a period.
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kUsecPerPercent = 10'000;

enum class Unit : unsigned char { kBytes, kCount, kShare, kBytesPerSec, kPerSec };
// What a value that is weaker is: a bound above, or a promise below.
enum class Side : unsigned char { kMost, kLeast };

struct Known {
    std::string_view property;
    std::string_view words;
    Unit unit;
    Side side;
    std::uint64_t usual;  // of a group that nobody limits
};

constexpr Known kKnown[] = {
    {"MemoryMax", "memory max", Unit::kBytes, Side::kMost, UINT64_MAX},
    {"MemoryHigh", "memory high", Unit::kBytes, Side::kMost, UINT64_MAX},
    {"MemorySwapMax", "swap max", Unit::kBytes, Side::kMost, UINT64_MAX},
    {"MemoryLow", "memory low", Unit::kBytes, Side::kLeast, 0},
    {"MemoryMin", "memory min", Unit::kBytes, Side::kLeast, 0},
    {"CPUQuotaPerSecUSec", "CPU", Unit::kShare, Side::kMost, UINT64_MAX},
    {"CPUWeight", "CPU weight", Unit::kCount, Side::kLeast, 100},
    {"TasksMax", "tasks max", Unit::kCount, Side::kMost, UINT64_MAX},
    {"IOWeight", "IO weight", Unit::kCount, Side::kLeast, 100},
    {"IOReadBandwidthMax", "read", Unit::kBytesPerSec, Side::kMost, UINT64_MAX},
    {"IOWriteBandwidthMax", "write", Unit::kBytesPerSec, Side::kMost, UINT64_MAX},
    {"IOReadIOPSMax", "reads", Unit::kPerSec, Side::kMost, UINT64_MAX},
    {"IOWriteIOPSMax", "writes", Unit::kPerSec, Side::kMost, UINT64_MAX},
};

const Known* find_known(std::string_view property) {
    const auto* const found =
        std::ranges::find_if(kKnown, [&](const Known& one) { return one.property == property; });
    return found == std::end(kKnown) ? nullptr : found;
}

std::string value_text(Unit unit, std::uint64_t value) {
    if (value == UINT64_MAX) return "without bound";
    switch (unit) {
        case Unit::kBytes: return human_bytes(value);
        case Unit::kCount: return fmt::format("{}", value);
        case Unit::kShare:
            return value % kUsecPerPercent == 0
                       ? fmt::format("{}%", value / kUsecPerPercent)
                       : fmt::format("{:.1f}%", static_cast<double>(value) / kUsecPerPercent);
        case Unit::kBytesPerSec: return human_bytes(value) + "/s";
        case Unit::kPerSec: return fmt::format("{}/s", value);
    }
    return {};
}

// What may be between the number that was asked for and what the kernel made of it.
std::uint64_t slack(Unit unit, std::uint64_t asked) {
    if (unit == Unit::kBytes) return kPage - 1;
    return unit == Unit::kShare ? asked / 100 : 0;
}

bool is_weaker(const Known& known, std::uint64_t asked, std::uint64_t in_force) {
    const std::uint64_t slack_of_it = slack(known.unit, asked);
    if (known.side == Side::kMost) return in_force > asked && in_force - asked > slack_of_it;
    return in_force < asked && asked - in_force > slack_of_it;
}

std::string sentence(const AskedLimit& asked, const std::string& is, const std::string& was) {
    return fmt::format("{} is {}, asked for was {}", asked.property, is, was);
}

// Which device lies behind the path is systemd's to know: the loosest of those that are limited.
void check_device(std::vector<std::string>& found, const AskedLimit& asked, const Known& known,
                  const GroupLimits& group) {
    if (!group.limits_devices) return;
    const auto wanted =
        fmt::format("{} for the device of {}", value_text(known.unit, asked.number), asked.text);
    const auto devices = group.devices.find(asked.property);
    if (devices == group.devices.end())
        return found.push_back(sentence(asked, "in force for no device", wanted));
    for (const auto& [device, number] : devices->second)
        if (is_weaker(known, asked.number, number))
            found.push_back(sentence(
                asked, fmt::format("{} for {}", value_text(known.unit, number), device), wanted));
}

void check_set(std::vector<std::string>& found, const AskedLimit& asked, const GroupLimits& group) {
    const auto set = group.number_sets.find(asked.property);
    if (set == group.number_sets.end()) return;
    const auto wanted = base::parse_number_set(asked.text);
    const auto in_force = base::parse_number_set(set->second.allowed);
    if (wanted && in_force && !base::is_subset(*in_force, *wanted))
        found.push_back(sentence(asked, set->second.allowed, asked.text));
}

void add_devices(std::vector<std::string>& parts, const GroupLimits& group) {
    for (const auto& [property, devices] : group.devices) {
        const Known* const known = find_known(property);
        for (const auto& [device, number] : devices)
            parts.push_back(
                fmt::format("{} {} {}", device, known->words, value_text(known->unit, number)));
    }
}

}  // namespace

std::string limits_text(const GroupLimits& group) {
    std::vector<std::string> parts;
    for (const Known& known : kKnown) {
        const auto number = group.numbers.find(std::string{known.property});
        if (number != group.numbers.end() && number->second != known.usual)
            parts.push_back(
                fmt::format("{} {}", known.words, value_text(known.unit, number->second)));
    }
    for (const auto& [property, set] : group.number_sets)
        if (set.narrowed)
            parts.push_back(fmt::format(
                "{} {}", property == "AllowedCPUs" ? "processors" : "memory nodes", set.allowed));
    add_devices(parts, group);
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> weaker_limits(const std::vector<AskedLimit>& asked,
                                       const GroupLimits& group) {
    std::vector<std::string> found;
    for (const AskedLimit& one : asked) {
        const Known* const known = find_known(one.property);
        if (known == nullptr) {
            check_set(found, one, group);
            continue;
        }
        if (!one.text.empty()) {
            check_device(found, one, *known, group);
            continue;
        }
        const auto number = group.numbers.find(one.property);
        if (number != group.numbers.end() && is_weaker(*known, one.number, number->second))
            found.push_back(sentence(one, value_text(known->unit, number->second),
                                     value_text(known->unit, one.number)));
    }
    return found;
}

}  // namespace podd::podctl
