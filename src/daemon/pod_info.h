// SPDX-License-Identifier: LGPL-2.1-or-later
// What there is to say about pods, gathered from manifest files, the runtime folder and systemd.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/systemd.h"
#include "daemon/asked_limits.h"
#include "schema/pod_manifest.h"

namespace podd::daemon {

struct AppInfo {
    std::string name;
    std::string unit;
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string image;     // as the manifest names it
    std::string image_id;  // of the running app
    std::vector<AskedLimit> limits;
    bool operator==(const AppInfo&) const = default;
};

struct PodInfo {
    std::string name;
    std::string uuid;  // empty: does not run
    std::string unit;
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string source_path;  // empty: transient
    std::vector<std::string> weakened;
    std::vector<AskedLimit> limits;  // of all apps together
    std::vector<AppInfo> apps;
    bool operator==(const PodInfo&) const = default;
};

/// Declared pods, and those whose plan lies in the runtime folder; states are "inactive" until
/// add_states(). What cannot be read is passed over: a broken manifest is the generator's to
/// report.
std::map<std::string, PodInfo> known_pods();

/// Fills in what systemd says of their units.
void add_states(std::map<std::string, PodInfo>& pods, const std::vector<client::UnitState>& units);

/// What an app's health check says now; empty without one.
std::string health_of(const std::string& pod, const std::string& app);

/// The manifest that a pod runs with, or would. Errors: kNotFound.
base::Result<std::string> manifest_text(const std::string& pod);

}  // namespace podd::daemon
