// SPDX-License-Identifier: LGPL-2.1-or-later
// A unit of a pod as StartTransientUnit takes it; pure.
#include <fmt/format.h>

#include "daemon/pod_control.h"
#include "unit/render.h"

namespace podd::daemon {

namespace {

struct ToVariant {
    sdbus::Variant operator()(const std::vector<unit::ExecCommand>& commands) const {
        std::vector<sdbus::Struct<std::string, std::vector<std::string>, bool>> list;
        list.reserve(commands.size());
        for (const unit::ExecCommand& command : commands)
            list.emplace_back(command.path, command.argv, command.ignore_failure);
        return sdbus::Variant{list};
    }
    sdbus::Variant operator()(const unit::ExitStatuses& set) const {
        return sdbus::Variant{sdbus::Struct<std::vector<std::int32_t>, std::vector<std::int32_t>>{
            set.statuses, set.signals}};
    }
    sdbus::Variant operator()(const std::vector<unit::IoLimit>& limits) const {
        std::vector<sdbus::Struct<std::string, std::uint64_t>> list;
        list.reserve(limits.size());
        for (const unit::IoLimit& limit : limits)
            list.emplace_back(limit.path, limit.per_sec);
        return sdbus::Variant{list};
    }
    sdbus::Variant operator()(const std::vector<unit::TextPair>& pairs) const {
        std::vector<sdbus::Struct<std::string, std::string>> list;
        list.reserve(pairs.size());
        for (const auto& [first, second] : pairs)
            list.emplace_back(first, second);
        return sdbus::Variant{list};
    }
    sdbus::Variant operator()(const std::vector<unit::Condition>& conditions) const {
        std::vector<sdbus::Struct<std::string, bool, bool, std::string>> list;
        list.reserve(conditions.size());
        for (const unit::Condition& one : conditions)
            list.emplace_back(one.type, one.trigger, one.negate, one.parameter);
        return sdbus::Variant{list};
    }
    template <typename Plain>
    sdbus::Variant operator()(const Plain& value) const {
        return sdbus::Variant{value};
    }
};

}  // namespace

bool is_kept(std::string_view unit) {
    return unit.ends_with(".service") || unit.ends_with(".socket");
}

base::Result<client::TransientUnit> transient_unit(const unit::Unit& unit) {
    client::TransientUnit transient{unit.name, {}};
    const auto properties =
        TRY_CONTEXT(unit::bus_properties(unit), "describing unit {}", unit.name);
    for (const unit::Property& property : properties)
        transient.properties.emplace_back(property.name, std::visit(ToVariant{}, property.value));
    // Nothing of a transient pod is left when it has ended.
    transient.properties.emplace_back("CollectMode",
                                      sdbus::Variant{std::string{"inactive-or-failed"}});
    // How it ended can only be read as long as the unit is there; let go of when it was read.
    if (is_kept(unit.name)) transient.properties.emplace_back("AddRef", sdbus::Variant{true});
    return transient;
}

}  // namespace podd::daemon
