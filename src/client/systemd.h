// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of org.freedesktop.systemd1 that podd uses; no call waits. Source:
// org.freedesktop.systemd1(5).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "client/sdbus_compat.h"

namespace podd::client {

inline constexpr const char* kSystemdService = "org.freedesktop.systemd1";

using BusProperty = sdbus::Struct<std::string, sdbus::Variant>;
using BusProperties = std::vector<BusProperty>;

/// A unit that StartTransientUnit is to make.
struct TransientUnit {
    std::string name;
    BusProperties properties;
};

struct UnitState {
    std::string name;
    std::string load_state;
    std::string active_state;
    std::string sub_state;
    std::string job;  // object path of the job that is queued; empty when there is none
};

/// What is left to say about a service that has ended or did not start.
struct ServiceOutcome {
    std::string result;       // "success", "exit-code", "signal", "timeout"…
    std::string status_text;  // its last STATUS=
    int exit_code = 0;        // CLD_EXITED, CLD_KILLED… of the main process; 0: none
    int exit_status = 0;
};

template <typename T = void>
using Done = std::function<void(base::Result<T>)>;

class Systemd : private base::Pinned {
public:
    explicit Systemd(sdbus::IConnection& bus);
    ~Systemd();

    /// The running manager's major version.
    void version(Done<int> done) const;

    /// One StartTransientUnit call; `done` gets the object path of the main unit's job. Give it to
    /// wait_for() before returning to the loop.
    void start_transient(const TransientUnit& main, const std::vector<TransientUnit>& aux,
                         Done<std::string> done) const;
    /// Queues a job, in mode "replace"; `done` as above.
    void start(const std::string& unit, Done<std::string> done) const;
    void stop(const std::string& unit, Done<std::string> done) const;
    /// Sends a signal to all processes of a unit.
    void kill(const std::string& unit, int signal, Done<> done) const;
    void reset_failed(const std::string& unit) const;
    /// Removes the CacheDirectory= of a service that has ended.
    void clean_cache(const std::string& unit) const;
    /// The same of one that may still be about to end: its folder is not removed before.
    void discard_cache(const std::string& unit);

    /// Keeps a unit loaded although it has ended, as long as this connection lives.
    void ref(const std::string& unit) const;
    void unref(const std::string& unit) const;

    /// `done` gets "done", "failed", "canceled", "timeout", "dependency" or "skipped" when the job
    /// has ended.
    void wait_for(const std::string& job, std::function<void(const std::string&)> done);

    void list_units(const std::vector<std::string>& patterns,
                    Done<std::vector<UnitState>> done) const;
    /// Also loads the unit when it is not.
    void load_unit(const std::string& unit, Done<> done) const;
    /// One property of Unit or Service.
    void property(const std::string& unit, const char* interface, const char* name,
                  Done<sdbus::Variant> done) const;
    void service_outcome(const std::string& unit, Done<ServiceOutcome> done) const;

    /// `changed` is called with the name of each unit that comes, goes or changes its state, and
    /// with "" when the manager has read all units again.
    void on_change(std::function<void(const std::string&)> changed);

private:
    void queue_job(const char* method, const std::string& unit, Done<std::string> done) const;
    void job_removed(const std::string& job, const std::string& result);
    struct UnitCall;
    std::shared_ptr<UnitCall> unit_call(const std::string& unit) const;

    sdbus::IConnection& bus_;
    // A proxy must not die in its own reply handler: it stays until the next call after that.
    mutable std::vector<std::shared_ptr<UnitCall>> unit_calls_;
    std::unique_ptr<sdbus::IProxy> proxy_;
    // Two calls that want the same are given the same job.
    std::multimap<std::string, std::function<void(const std::string&)>> waiting_;
    std::function<void(const std::string&)> changed_;
};

/// "252.39-1~deb12u1" → 252. Errors: kUnsupported.
base::Result<int> parse_systemd_version(std::string_view text);

}  // namespace podd::client
