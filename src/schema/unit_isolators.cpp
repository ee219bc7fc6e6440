// SPDX-License-Identifier: LGPL-2.1-or-later
// Isolators of podd's own, for settings of systemd that appc has no word for.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/number_set.h"
#include "schema/isolator_json.h"

namespace podd::schema {

using base::Result;

namespace {

// Source: PID_MAX_LIMIT of the kernel; pids.max takes no more.
constexpr std::uint64_t kMostTasks = 4194304;

Result<std::string> tasks(const JsonNode& node) {
    return fmt::format("{}", TRY(node.natural(1, kMostTasks)));
}

Result<std::string> weight(const JsonNode& node) {
    return fmt::format("{}", TRY(node.natural(1, 10000)));
}

Result<std::string> bytes_or_none(const JsonNode& node) {
    return fmt::format("{}", TRY(read_quantity(node)).value());
}

Result<std::string> bytes(const JsonNode& node) {
    auto text = TRY(bytes_or_none(node));
    if (text == "0") return node.refuse("a quantity above 0, such as \"64Mi\"");
    return text;
}

Result<std::string> number_set(const JsonNode& node) {
    constexpr std::string_view kWanted = "numbers and ranges such as \"0-3,7\"";
    auto text = TRY(node.text(kWanted));
    if (!base::parse_number_set(text)) return node.refuse(kWanted);
    return text;
}

struct Known {
    std::string_view name;
    std::string_view key;
    Result<std::string> (*read)(const JsonNode&);
};

// Source: systemd.resource-control(5).
constexpr std::array kKnown{
    Known{"podd.org/tasks-max", "TasksMax", tasks},
    Known{"podd.org/memory-high", "MemoryHigh", bytes},
    Known{"podd.org/memory-min", "MemoryMin", bytes},
    Known{"podd.org/memory-swap-max", "MemorySwapMax", bytes_or_none},
    Known{"podd.org/cpu-weight", "CPUWeight", weight},
    Known{"podd.org/io-weight", "IOWeight", weight},
    Known{"podd.org/allowed-cpus", "AllowedCPUs", number_set},
    Known{"podd.org/allowed-memory-nodes", "AllowedMemoryNodes", number_set},
};

}  // namespace

Result<IsolatorValue> read_unit_isolator(std::string_view name, const JsonNode& value) {
    const auto* const known = std::find_if(kKnown.begin(), kKnown.end(),
                                           [&](const Known& one) { return one.name == name; });
    if (known == kKnown.end())
        return value.here(found_wanted(
            fmt::format("isolator \"{}\", which podd does not know", name), "one of podd.pod(5)"));
    auto text = TRY(known->read(value));
    return IsolatorValue{UnitIsolator{known->key, std::move(text)}};
}

}  // namespace podd::schema
