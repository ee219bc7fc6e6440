// SPDX-License-Identifier: LGPL-2.1-or-later
// gc POD: takes away what a run of the pod left: the machine's entry, its runtime folder, its
// writable layers and empty volumes. May run twice, and after a start that failed at any point.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/journal.h"
#include "base/log.h"
#include "base/message_ids.h"
#include "bus_program.h"
#include "named_networks.h"
#include "network.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"
#include "refused_calls.h"

namespace podd::stage1 {

using base::Result;

namespace {

constexpr const char* kMachines = "/run/systemd/machines/";

// Source: systemd.exec(5), $SERVICE_RESULT.
void tell_journal(const plan::PodPlan& pod) {
    const char* result = std::getenv("SERVICE_RESULT");  // NOLINT(concurrency-mt-unsafe)
    const std::string why = result == nullptr ? "unknown" : result;
    base::log_entry({base::LogLevel::kInfo,
                     message_id::kPodEnded,
                     fmt::format("Pod {} has ended: {}", pod.name, why),
                     pod.unit,
                     {{"POD_NAME", pod.name}, {"POD_UUID", pod.uuid}, {"POD_RESULT", why}}});
}

Result<> remove_machine(const std::string& pod) {
    if (::access((kMachines + pod).c_str(), F_OK) < 0) return {};
    return remove_registration(pod);
}

struct LastRun {
    std::optional<plan::PodPlan> plan;  // nothing when it is missing or was cut short
    bool was_up = false;                // its start did not fail
    std::uint64_t begin = 0;            // the second in which its plan was made
};

// The manifest is the plan's first file that nobody writes again.
std::uint64_t begin_of(int directory) {
    struct stat st{};
    if (::fstatat(directory, std::string{plan::kManifestFile}.c_str(), &st, 0) < 0) return 0;
    return static_cast<std::uint64_t>(st.st_mtim.tv_sec);
}

LastRun last_run(const std::string& pod) {
    LastRun run;
    const auto directory = plan::open_pod_directory(pod);
    if (!directory) return run;
    auto plan = plan::read_pod_plan(directory->get());
    if (plan) run.plan.emplace(std::move(*plan));
    run.begin = begin_of(directory->get());
    run.was_up = plan::read_sandbox_record(directory->get()).has_value();
    return run;
}

// The pod's PID 1 asks for a reboot. By then the end of its apps has queued a stop of the sandbox,
// which nobody needed any more, so no Restart= can act; a start takes that stop's place.
// Source: $EXIT_STATUS in systemd.exec(5).
bool is_reboot() {
    const char* code = std::getenv("EXIT_CODE");      // NOLINT(concurrency-mt-unsafe): one thread
    const char* status = std::getenv("EXIT_STATUS");  // NOLINT(concurrency-mt-unsafe)
    return code != nullptr && status != nullptr && std::string_view{code} == "exited" &&
           std::string_view{status} == plan::kRebootStatus;
}

void say_refused(const plan::PodPlan& pod, std::string_view what,
                 const std::map<int, unsigned>& calls) {
    if (calls.empty()) return;
    base::log_line(base::LogLevel::kNotice,
                   fmt::format("pod \"{}\": the system call filters of its apps {}: {}", pod.name,
                               what, names_of(calls)));
}

void report_refusals(const plan::PodPlan& pod, std::uint64_t begin) {
    const auto calls = read_refused_calls(pod.uid_base, begin);
    if (!calls) return;  // a container has no log of the kernel
    say_refused(pod, "refused", calls->failed);
    say_refused(pod, "ended a process at", calls->killed);
}

// Every step is tried, whatever became of the others.
bool collect(const std::string& pod) {
    const auto [plan, was_up, begin] = last_run(pod);
    bool clean = true;
    const auto step = [&](const Result<>& done) {
        if (done) return;
        clean = false;
        base::log_line(base::LogLevel::kError,
                       fmt::format("cleaning up pod \"{}\": {}", pod, done.error().message()));
    };
    step(remove_machine(pod));
    if (plan && was_up) tell_journal(*plan);
    if (plan && plan->refusals_logged) report_refusals(*plan, begin);
    if (plan && plan->limited) step(reset_limits(pod));
    if (plan && plan::has_link(plan->network)) step(remove_network(pod));
    if (plan && plan->named_networks.value_or(false)) step(remove_named_networks(pod));
    step(plan::remove_leftovers(pod));
    if (plan && is_reboot()) step(start_unit(plan->unit));
    return clean;
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    if (argc != 2) {
        base::log_line(base::LogLevel::kError, "usage: gc POD");
        return EXIT_FAILURE;
    }
    return stage1::collect(argv[1]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
