// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting and stopping pods through systemd, and saying why it did not work.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "client/systemd.h"
#include "schema/pull_policy.h"
#include "translate/translate.h"

namespace podd::daemon {

class PodControl : private base::Pinned {
public:
    explicit PodControl(client::Systemd& systemd) : systemd_{systemd} {}

    /// Of the manager that runs; units are written for it.
    void set_systemd_version(int version) { systemd_version_ = version; }

    /// Makes the pod's units and starts them; `done` when all apps run, or with the first thing
    /// that went wrong. Errors: kInvalidArgument (name, manifest), kConflict (runs already, is
    /// declared), those of the start.
    void start_transient(const std::string& name, const std::string& manifest, client::Done<> done);
    /// `pull` holds in place of what the manifest says of its apps' images, for this start. Errors:
    /// kNotFound, kConflict (not loaded yet), those of the start.
    void start(const std::string& name, std::optional<schema::PullPolicy> pull,
               client::Done<> done);
    /// What was said for a start of that pod that is under way.
    std::optional<schema::PullPolicy> pull_policy_of(const std::string& name) const;
    /// Errors: kNotFound.
    void stop(const std::string& name, client::Done<> done);

private:
    struct Start;  // one start under way
    using StartPtr = std::shared_ptr<Start>;

    base::Result<std::vector<client::TransientUnit>> transient_units(
        const std::string& name, const std::string& manifest) const;
    void check_free(const StartPtr& start, std::function<void()> next);
    void wait_for_sandbox(const StartPtr& start, const std::string& job);
    void wait_for_apps(const StartPtr& start);
    void check_apps(const StartPtr& start);
    void explain(const StartPtr& start, const std::string& unit, const std::string& job_result);
    void explain_sockets(const StartPtr& start, const std::string& unit);
    void explain_service(const StartPtr& start, const std::string& unit,
                         const std::string& job_result);
    void finish(const StartPtr& start, const base::Result<>& result);

    client::Systemd& systemd_;
    int systemd_version_ = 252;
    std::map<std::string, schema::PullPolicy> pull_policies_;
};

/// Whether such a unit stays loaded until it is known how it started.
bool is_kept(std::string_view unit);
/// What a transient unit is over the bus. Errors: as unit::bus_properties().
base::Result<client::TransientUnit> transient_unit(const unit::Unit& unit);

/// "app "nginx": …": why a unit of a pod did not start; pure.
base::Error start_error(const std::string& unit, const std::string& job_result,
                        const client::ServiceOutcome& outcome);

}  // namespace podd::daemon
