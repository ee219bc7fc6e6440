// SPDX-License-Identifier: LGPL-2.1-or-later
// Resource isolators → settings of systemd.resource-control(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/app.h"
#include "schema/pod_manifest.h"
#include "unit/unit.h"

namespace podd::translate {

enum class Scope : unsigned char { kApp, kPod };

/// Settings of an app's unit or of the pod's slice; of two isolators of one name the last counts.
/// `io_paths` stand for the block devices that the pod can reach: systemd limits the device behind
/// each. Errors: kInvalidArgument for a limit of nothing, which no unit can say.
base::Result<std::vector<unit::Setting>> resource_settings(
    const std::vector<schema::Isolator>& isolators, const std::vector<std::string>& io_paths,
    Scope scope);

/// The store, and what the manifest mounts from the host: on another file system it comes first,
/// and limits of block devices are those of the devices behind.
std::vector<std::string> mounted_paths(const schema::PodManifest& manifest);

/// The controller of control groups that a setting works by, as cgroup.controllers names it; empty
/// for a setting that needs none. Source: systemd.resource-control(5).
std::string_view controller_of(std::string_view key);

/// Isolators that stand where they have no effect, or that podd does not know: one line for each.
std::vector<std::string> isolator_warnings(const std::vector<schema::Isolator>& isolators,
                                           Scope scope);

}  // namespace podd::translate
