// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/pod_control.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pod/manifest_files.h"
#include "pod/systemd_version.h"
#include "pod/taken_ports.h"
#include "schema/pod_manifest.h"
#include "unit/names.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using client::UnitState;

struct PodControl::Start {
    std::string pod;
    client::Done<> done;
    std::vector<client::TransientUnit> units;  // empty: a declared pod
    std::string manifest;                      // of a transient pod
    std::size_t jobs = 0;                      // of apps, waited for
    bool finished = false;
};

namespace {

std::vector<std::string> unit_patterns(const std::string& pod) {
    auto patterns = unit::socket_patterns(pod);
    patterns.push_back(unit::sandbox_name(pod));
    patterns.push_back(unit::app_name(pod, "*"));
    return patterns;
}

bool is_running(const UnitState& unit) {
    return unit.active_state != "inactive" && unit.active_state != "failed";
}

std::vector<std::string> taken_ports(const std::string& pod, const std::string& transient) {
    if (transient.empty()) {
        const auto declared = pod::find_manifest(pod, pod::manifest_search());
        if (!declared) return {};
        return pod::taken_ports(declared->pod.manifest, pod::held_ports(pod));
    }
    const auto manifest = schema::PodManifest::parse(transient);
    if (!manifest) return {};
    return pod::taken_ports(*manifest, pod::held_ports(pod));
}

}  // namespace

base::Result<std::vector<client::TransientUnit>> PodControl::transient_units(
    const std::string& name, const std::string& manifest) const {
    auto pod_name = TRY(schema::PodName::parse(name));
    auto parsed = TRY_CONTEXT(schema::PodManifest::parse(manifest), "manifest");
    const translate::Pod pod{std::move(pod_name), std::move(parsed), {}};
    const auto declared = pod::find_manifest(name, pod::manifest_search());
    if (declared || declared.error().code() != ErrorCode::kNotFound)
        return Error{ErrorCode::kConflict,
                     fmt::format("a manifest file declares it already\n"
                                 "hint: 'podctl start {0}' starts that one, or give yours another "
                                 "name",
                                 name)};
    const translate::Options options{systemd_version_, manifest, pod::has_ipv6_sockets(),
                                     pod::has_sctp_sockets(pod.manifest)};
    const auto translated = TRY(translate::translate(pod, options));
    std::vector<client::TransientUnit> units;
    units.reserve(translated.size());
    for (const unit::Unit& unit : translated)
        units.push_back(TRY(transient_unit(unit)));
    return units;
}

void PodControl::start_transient(const std::string& name, const std::string& manifest,
                                 client::Done<> done) {
    auto start = std::make_shared<Start>();
    start->pod = name;
    start->done = std::move(done);
    auto units = transient_units(name, manifest);
    if (!units) return finish(start, std::move(units).error());
    start->units = std::move(*units);
    start->manifest = manifest;
    check_free(start, [this, start] {
        const client::TransientUnit main = start->units.front();
        const std::vector<client::TransientUnit> aux{start->units.begin() + 1, start->units.end()};
        systemd_.start_transient(main, aux, [this, start](const base::Result<std::string>& job) {
            if (!job) return finish(start, Error{job.error()}.with_context("starting its units"));
            wait_for_sandbox(start, *job);
        });
    });
}

// A unit that is still there would be used as it is, whatever the new manifest says.
void PodControl::check_free(const StartPtr& start, std::function<void()> next) {
    systemd_.list_units(unit_patterns(start->pod), [this, start,
                                                    next = std::move(next)](const auto& units) {
        if (!units) return finish(start, units.error());
        for (const UnitState& unit : *units) {
            if (is_running(unit))
                return finish(start, Error{ErrorCode::kConflict,
                                           fmt::format("it runs already: {} is {}\n"
                                                       "hint: 'podctl stop {}' ends it",
                                                       unit.name, unit.active_state, start->pod)});
            if (unit.active_state == "failed") systemd_.reset_failed(unit.name);
        }
        next();
    });
}

std::optional<schema::PullPolicy> PodControl::pull_policy_of(const std::string& name) const {
    const auto found = pull_policies_.find(name);
    if (found == pull_policies_.end()) return std::nullopt;
    return found->second;
}

void PodControl::start(const std::string& name, std::optional<schema::PullPolicy> pull,
                       client::Done<> done) {
    auto start = std::make_shared<Start>();
    start->pod = name;
    start->done = std::move(done);
    if (pull) {
        pull_policies_.insert_or_assign(name, *pull);
        start->done = [this, name, told = std::move(start->done)](const base::Result<>& result) {
            pull_policies_.erase(name);
            told(result);
        };
    }
    if (const auto valid = schema::PodName::parse(name); !valid)
        return finish(start, Error{valid.error()});
    const auto manifest = pod::find_manifest(name, pod::manifest_search());
    if (!manifest) return finish(start, Error{manifest.error()});
    const std::string unit = unit::sandbox_name(name);
    systemd_.start(unit, [this, start, unit](const base::Result<std::string>& job) {
        if (!job && job.error().code() == ErrorCode::kNotFound)
            return finish(start, Error{ErrorCode::kConflict,
                                       "systemd has not read its manifest yet\n"
                                       "hint: run 'systemctl daemon-reload'"});
        if (!job) return finish(start, Error{job.error()});
        wait_for_sandbox(start, *job);
    });
}

void PodControl::wait_for_sandbox(const StartPtr& start, const std::string& job) {
    systemd_.wait_for(job, [this, start](const std::string& result) {
        if (result == "done") return wait_for_apps(start);
        explain(start, unit::sandbox_name(start->pod), result);
    });
}

void PodControl::wait_for_apps(const StartPtr& start) {
    const std::string apps = unit::app_name(start->pod, "*");
    systemd_.list_units({apps}, [this, start](const auto& units) {
        if (!units) return finish(start, units.error());
        start->jobs = 1;  // this function's own hold
        for (const UnitState& unit : *units) {
            if (unit.job.empty()) continue;
            ++start->jobs;
            systemd_.wait_for(unit.job, [this, start](const std::string&) {
                if (--start->jobs == 0) check_apps(start);
            });
        }
        if (--start->jobs == 0) check_apps(start);
    });
}

void PodControl::check_apps(const StartPtr& start) {
    const std::string apps = unit::app_name(start->pod, "*");
    systemd_.list_units({apps}, [this, start](const auto& units) {
        if (!units) return finish(start, units.error());
        const auto failed = std::ranges::find(*units, "failed", &UnitState::active_state);
        if (failed == units->end()) return finish(start, {});
        explain(start, failed->name, "failed");
    });
}

void PodControl::explain(const StartPtr& start, const std::string& unit,
                         const std::string& job_result) {
    if (job_result == "dependency" && unit == unit::sandbox_name(start->pod))
        return explain_sockets(start, unit);
    explain_service(start, unit, job_result);
}

// A port that is taken, by a pod or by somebody else.
void PodControl::explain_sockets(const StartPtr& start, const std::string& unit) {
    systemd_.list_units(unit::socket_patterns(start->pod), [this, start, unit](const auto& units) {
        if (!units) return finish(start, units.error());
        const auto failed = std::ranges::find(*units, "failed", &UnitState::active_state);
        if (failed == units->end()) return explain_service(start, unit, "dependency");
        if (const auto taken = taken_ports(start->pod, start->manifest); !taken.empty())
            return finish(start,
                          Error{ErrorCode::kConflict, fmt::format("{}", fmt::join(taken, "; "))});
        // What is not declared is not explained by podd-explain@.service either.
        const auto who =
            start->manifest.empty()
                ? fmt::format("'systemctl status {}' says whose it is", unit)
                : std::string{"'podctl verify' of its manifest, by root, says whose it is"};
        finish(start, Error{ErrorCode::kConflict,
                            fmt::format("{} does not listen: is its port taken?\nhint: {}",
                                        failed->name, who)});
    });
}

void PodControl::explain_service(const StartPtr& start, const std::string& unit,
                                 const std::string& job_result) {
    // It most often needs its images.
    const bool is_waiting = job_result == "dependency" && unit == unit::sandbox_name(start->pod);
    const std::string asked = is_waiting ? unit::pull_name(start->pod) : unit;
    systemd_.service_outcome(asked, [this, start, unit, asked, job_result](const auto& outcome) {
        if (asked == unit)
            finish(start,
                   start_error(unit, job_result, outcome ? *outcome : client::ServiceOutcome{}));
        else if (outcome && !outcome->result.empty() && outcome->result != "success")
            finish(start, start_error(asked, "failed", *outcome));
        else
            finish(start, start_error(unit, job_result, client::ServiceOutcome{}));
    });
}

void PodControl::finish(const StartPtr& start, const base::Result<>& result) {
    if (std::exchange(start->finished, true)) return;
    // Units were kept loaded for what they had to say.
    for (const client::TransientUnit& unit : start->units)
        if (is_kept(unit.name)) systemd_.unref(unit.name);
    if (result) return start->done({});
    // stage0 names the pod itself.
    const std::string context = fmt::format("pod \"{}\"", start->pod);
    if (result.error().message().starts_with(context)) return start->done(result.error());
    start->done(Error{result.error()}.with_context(context));
}

void PodControl::stop(const std::string& name, client::Done<> done) {
    if (const auto valid = schema::PodName::parse(name); !valid)
        return done(Error{valid.error()}.with_context(fmt::format("pod \"{}\"", name)));
    const std::string unit = unit::sandbox_name(name);
    systemd_.stop(unit, [this, name, done = std::move(done)](const auto& job) {
        if (job)
            return systemd_.wait_for(*job, [name, done](const std::string& result) {
                if (result == "done") return done({});
                done(Error{ErrorCode::kIo,
                           fmt::format("pod \"{}\": stopping it ended with \"{}\"", name, result)});
            });
        if (job.error().code() != ErrorCode::kNotFound) return done(job.error());
        if (pod::find_manifest(name, pod::manifest_search())) return done({});
        done(Error{ErrorCode::kNotFound, fmt::format("pod \"{}\": there is no such pod", name)});
    });
}

}  // namespace podd::daemon
