// SPDX-License-Identifier: LGPL-2.1-or-later
// Why a pod did not start, in words; pure.
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include <sys/wait.h>

#include "daemon/pod_control.h"
#include "unit/names.h"

namespace podd::daemon {

namespace {

using base::ErrorCode;

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

base::Error start_error(const std::string& unit, const std::string& job_result,
                        const client::ServiceOutcome& outcome) {
    const auto name = unit::pod_unit(unit);
    const std::string app =
        name && !name->app.empty() ? fmt::format("app \"{}\": ", name->app) : std::string{};
    return {ErrorCode::kIo, fmt::format("{}{}\nhint: see 'journalctl -e -u {}'", app,
                                        what_happened(job_result, outcome), unit)};
}

}  // namespace podd::daemon
