// SPDX-License-Identifier: LGPL-2.1-or-later
// health start POD APP  makes the timer and the service of an app's health check, before the app is
//                       let go; both are bound to the app's unit. An error is one line on standard
//                       output
// health check POD APP  what that service runs: the check, and again in the start period until it
//                       has passed once; fails when the app is unhealthy
//
// Source: org.freedesktop.systemd1(5), StartTransientUnit().
#include "plan/health.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <unistd.h>

#include "base/journal.h"
#include "base/log.h"
#include "base/message_ids.h"
#include "base/notify.h"
#include "bus.h"
#include "health_check.h"
#include "health_verdict.h"
#include "plan/plan.h"
#include "plan/run_dir.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;
using plan::Health;
using plan::HealthRecord;

namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kExists = "org.freedesktop.systemd1.UnitExists";
constexpr const char* kMissing = "org.freedesktop.systemd1.NoSuchUnit";
constexpr std::uint64_t kUsecPerSec = 1'000'000;
constexpr std::uint64_t kStopUsec = 10 * kUsecPerSec;
constexpr int kTries = 100;
constexpr std::uint64_t kTryUsec = 20'000;

std::uint64_t now() {
    timespec time{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * kUsecPerSec +
           static_cast<std::uint64_t>(time.tv_nsec) / 1000;
}

void pause_for(std::uint64_t usec) {
    timespec left{static_cast<time_t>(usec / kUsecPerSec),
                  static_cast<long>(usec % kUsecPerSec * 1000)};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

// The app whose check it is.
struct Checked {
    UniqueFd directory;
    std::string pod;
    plan::AppPlan app;
    plan::HealthPlan health;
};

Result<Checked> read_plans(const char* pod, const char* app) {
    auto directory = TRY(plan::open_pod_directory(pod));
    auto plan = TRY(plan::read_app_plan(directory.get(), app));
    auto health = TRY(plan::read_health_plan(directory.get(), app));
    return Checked{std::move(directory), pod, std::move(plan), std::move(health)};
}

int append_common(sd_bus_message* message, const Checked& checked) {
    const std::string text =
        fmt::format("Health check of app {} of pod {}", checked.app.name, checked.pod);
    const char* unit = checked.app.unit.c_str();
    return sd_bus_message_append(message, "(sv)(sv)(sv)(sv)(sv)", "Description", "s", text.c_str(),
                                 "Documentation", "as", 1, "man:podd.pod(5)", "BindsTo", "as", 1,
                                 unit, "After", "as", 1, unit, "CollectMode", "s",
                                 "inactive-or-failed");
}

int append_timer(sd_bus_message* message, const Checked& checked) {
    const auto& health = checked.health;
    const std::uint64_t accuracy = std::min(health.interval_usec / 10 + 1, kUsecPerSec);
    int r = sd_bus_message_open_container(message, 'a', "(sv)");
    if (r >= 0) r = append_common(message, checked);
    if (r >= 0)
        r = sd_bus_message_append(message, "(sv)(sv)", "TimersMonotonic", "a(st)", 2, "OnActiveSec",
                                  first_delay(health), "OnUnitInactiveSec", health.interval_usec,
                                  "AccuracyUSec", "t", accuracy);
    return r >= 0 ? sd_bus_message_close_container(message) : r;
}

// The manager's own lines about each run would fill the journal; what it warns of stays.
int append_service(sd_bus_message* message, const Checked& checked) {
    constexpr const char* kProgram = PODD_STAGE1_DIR "/health";
    constexpr std::int32_t kNotice = 5;
    int r = sd_bus_message_open_container(message, 'a', "(sv)");
    if (r >= 0) r = append_common(message, checked);
    if (r >= 0)
        r = sd_bus_message_append(
            message, "(sv)(sv)(sv)(sv)(sv)(sv)", "Type", "s", "oneshot", "ExecStart", "a(sasb)", 1,
            kProgram, 4, kProgram, "check", checked.pod.c_str(), checked.app.name.c_str(), 0,
            "KillMode", "s", "mixed", "TimeoutStopUSec", "t", kStopUsec, "StartLimitIntervalUSec",
            "t", std::uint64_t{0}, "LogLevelMax", "i", kNotice);
    if (r >= 0)
        r = sd_bus_message_append(message, "(sv)(sv)", "SyslogIdentifier", "s", "podd-health",
                                  "NotifyAccess", "s", "main");
    return r >= 0 ? sd_bus_message_close_container(message) : r;
}

int make_units(sd_bus* bus, const Checked& checked, const std::string& unit, BusError& error) {
    sd_bus_message* message = nullptr;
    int r = sd_bus_message_new_method_call(bus, &message, kService, kPath, kManager,
                                           "StartTransientUnit");
    const Message owner{message};
    if (r >= 0) r = sd_bus_message_append(message, "ss", (unit + ".timer").c_str(), "replace");
    if (r >= 0) r = append_timer(message, checked);
    if (r >= 0) r = sd_bus_message_open_container(message, 'a', "(sa(sv))");
    if (r >= 0) r = sd_bus_message_open_container(message, 'r', "sa(sv)");
    if (r >= 0) r = sd_bus_message_append(message, "s", (unit + ".service").c_str());
    if (r >= 0) r = append_service(message, checked);
    if (r >= 0) r = sd_bus_message_close_container(message);
    if (r >= 0) r = sd_bus_message_close_container(message);
    return r >= 0 ? sd_bus_call(bus, message, 0, &error.error, nullptr) : r;
}

int queue_job(sd_bus* bus, const char* method, const std::string& unit, BusError& error) {
    return sd_bus_call_method(bus, kService, kPath, kManager, method, &error.error, nullptr, "ss",
                              unit.c_str(), "replace");
}

// Where the app is restarted, those of its last run may still be there, with the same settings, or
// just about to go.
Result<> start_timer(sd_bus* bus, const Checked& checked) {
    const auto unit = plan::health_unit(checked.pod, checked.app.name);
    for (int left = kTries;; --left) {
        BusError made;
        int r = make_units(bus, checked, unit, made);
        if (r >= 0) return {};
        BusError started;
        if (made.is(kExists)) r = queue_job(bus, "StartUnit", unit + ".timer", started);
        if (r >= 0) return {};
        if (left == 0 || (!made.is(kExists) && !started.is(kMissing)))
            return Error{ErrorCode::kUnavailable,
                         fmt::format("starting \"{}.timer\": {}", unit,
                                     made.is(kExists) ? started.message(r) : made.message(r))};
        pause_for(kTryUsec);
    }
}

int start(const Checked& checked) {
    HealthRecord fresh;
    fresh.started_usec = now();
    const auto written = plan::write_health(checked.directory.get(), checked.app.name, fresh);
    if (!written) return fail(written.error().message());
    const auto bus = open_bus();
    if (!bus) return EXIT_FAILURE;
    const auto done = start_timer(bus.get(), checked);
    return done ? EXIT_SUCCESS : fail(done.error().message());
}

void tell_change(const Checked& checked, Health state) {
    const bool healthy = state == Health::kHealthy;
    base::log_entry({healthy ? base::LogLevel::kNotice : base::LogLevel::kWarning,
                     healthy ? message_id::kAppHealthy : message_id::kAppUnhealthy,
                     fmt::format("App {} of pod {} is {}", checked.app.name, checked.pod,
                                 plan::health_word(state)),
                     checked.app.unit,
                     {{"POD_NAME", checked.pod}, {"POD_APP", checked.app.name}}});
}

void tell_failure(const CheckOutcome& outcome, const HealthRecord& record, bool starting) {
    auto output = outcome.output;
    while (!output.empty() && (output.back() == '\n' || output.back() == ' '))
        output.pop_back();
    base::log_line(base::LogLevel::kNotice,
                   fmt::format("{}: {}{}{}",
                               starting ? std::string{"Not started yet"}
                                        : fmt::format("Failure {}", record.failures),
                               outcome.reason, output.empty() ? "" : "; it said: ", output));
}

// Nothing else in the app's unit may be left over by a restart, so systemd does it.
Result<> act(const Checked& checked) {
    const auto action = checked.health.on_failure;
    if (action == plan::HealthAction::kNone) return {};
    const auto bus = open_bus();
    if (!bus) return Error{ErrorCode::kUnavailable, "there is no system bus"};
    BusError error;
    const auto& unit = checked.app.unit;
    int r = 0;
    if (action == plan::HealthAction::kKill)
        r = sd_bus_call_method(bus.get(), kService, kPath, kManager, "KillUnit", &error.error,
                               nullptr, "ssi", unit.c_str(), "main", SIGKILL);
    else
        r = queue_job(bus.get(), action == plan::HealthAction::kStop ? "StopUnit" : "RestartUnit",
                      unit, error);
    if (r < 0)
        return Error{ErrorCode::kUnavailable,
                     fmt::format("acting on \"{}\": {}", unit, error.message(r))};
    return {};
}

// One check, and what follows from it. Whether it has to be run again at once.
Result<bool> check_once(const Checked& checked, HealthRecord& record) {
    const auto& health = checked.health;
    const auto begun = now();
    const auto outcome =
        TRY(run_check(checked.pod, checked.app.name, health.argv, health.timeout_usec));
    const auto before = record.state;
    const bool starting = is_starting(health, record, begun);
    record = judge(health, record, outcome.passed, begun);
    TRY(plan::write_health(checked.directory.get(), checked.app.name, record));
    if (!outcome.passed) tell_failure(outcome, record, starting);
    (void)base::notify(fmt::format("STATUS={}", plan::health_word(record.state)));
    if (record.state != before) tell_change(checked, record.state);
    return !outcome.passed && is_starting(health, record, now());
}

Result<int> check(const Checked& checked) {
    auto record = TRY(plan::read_health(checked.directory.get(), checked.app.name));
    // systemd may restart the service together with the app.
    if (now() - record.started_usec < first_delay(checked.health)) return EXIT_SUCCESS;
    while (TRY(check_once(checked, record)))
        pause_for(checked.health.start_interval_usec);
    if (record.state != Health::kUnhealthy) return EXIT_SUCCESS;
    TRY(act(checked));
    return EXIT_FAILURE;
}

int report(const Result<int>& done) {
    if (done) return *done;
    base::log_line(base::LogLevel::kError, done.error().message());
    return EXIT_FAILURE;
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    const std::string_view verb = argc == 4 ? argv[1] : "";
    if (verb != "start" && verb != "check")
        return stage1::fail("usage: health start|check POD APP");
    const auto checked = stage1::read_plans(argv[2], argv[3]);
    if (!checked)
        return verb == "start" ? stage1::fail(checked.error().message())
                               : stage1::report(checked.error());
    return verb == "start" ? stage1::start(*checked) : stage1::report(stage1::check(*checked));
}
