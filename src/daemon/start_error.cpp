// SPDX-License-Identifier: LGPL-2.1-or-later
// What is sent to systemd for a pod, and what is made of its answer; pure.
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include <sys/wait.h>

#include "daemon/pod_control.h"
#include "unit/names.h"
#include "unit/render.h"

namespace podd::daemon {

namespace {

using base::Error;
using base::ErrorCode;

struct ToVariant {
    sdbus::Variant operator()(const std::vector<unit::ExecCommand>& commands) const {
        std::vector<sdbus::Struct<std::string, std::vector<std::string>, bool>> list;
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
        for (const unit::IoLimit& limit : limits)
            list.emplace_back(limit.path, limit.per_sec);
        return sdbus::Variant{list};
    }
    template <typename Plain>
    sdbus::Variant operator()(const Plain& value) const {
        return sdbus::Variant{value};
    }
};

std::string how_it_ended(const client::ServiceOutcome& outcome) {
    switch (outcome.exit_code) {
        case CLD_EXITED: return fmt::format("exit status {}", outcome.exit_status);
        case CLD_KILLED:
        case CLD_DUMPED: {
            const char* name = ::sigabbrev_np(outcome.exit_status);
            return fmt::format("killed by SIG{}", name == nullptr ? "?" : name);
        }
        default: return {};
    }
}

std::string what_happened(const std::string& job_result, const client::ServiceOutcome& outcome) {
    if (job_result == "canceled") return "its start was cancelled";
    if (job_result == "dependency") return "a unit that it needs did not start";
    if (job_result == "timeout" || outcome.result == "timeout") return "it did not start in time";
    if (!outcome.status_text.empty()) return outcome.status_text;
    const std::string end = how_it_ended(outcome);
    if (!end.empty()) return fmt::format("it failed: {}", end);
    return fmt::format("it failed ({})", outcome.result.empty() ? job_result : outcome.result);
}

}  // namespace

base::Result<client::TransientUnit> transient_unit(const unit::Unit& unit) {
    client::TransientUnit transient{unit.name, {}};
    const auto properties =
        TRY_CONTEXT(unit::bus_properties(unit), "describing unit {}", unit.name);
    for (const unit::Property& property : properties)
        transient.properties.emplace_back(property.name, std::visit(ToVariant{}, property.value));
    // How it ended can only be read as long as the unit is there; let go of when it was read.
    if (unit.name.ends_with(".service"))
        transient.properties.emplace_back("AddRef", sdbus::Variant{true});
    return transient;
}

base::Error start_error(const std::string& unit, const std::string& job_result,
                        const client::ServiceOutcome& outcome) {
    const auto name = unit::pod_unit(unit);
    const std::string app =
        name && !name->app.empty() ? fmt::format("app \"{}\": ", name->app) : std::string{};
    return {ErrorCode::kIo, fmt::format("{}{}\nhint: see 'journalctl -e -u {}'", app,
                                        what_happened(job_result, outcome), unit)};
}

}  // namespace podd::daemon
