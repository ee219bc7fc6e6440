// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes → mounts of the plan: sources are looked at, empty ones are made.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"
#include "pod/identity.h"
#include "pod/layered_root.h"
#include "pod/resolve.h"
#include "translate/devices.h"

namespace podd::pod {

/// Plans one host volume. Its source must exist, hold no symbolic link on its way, and say whose
/// ids it has: a source owned by user or group root needs "readOnly" or "idmap": "host", because
/// the pod's root could leave setuid files there. Errors: kNotFound, kInvalidArgument; the message
/// names the volume and what to write into the manifest.
///
/// A device becomes a node of the app's own, for its user `owner`; it must be among the devices
/// that the app's unit `allowed`.
base::Result<plan::MountPlan> plan_host_volume(const ResolvedMount& mount, const Identity& owner,
                                               const std::vector<translate::Device>& allowed);

/// Plans an empty volume under `volumes_path`, and makes its folder in `volumes_fd` unless another
/// app did. `app` is the owner of an implicit volume. One that is to begin with what an image has
/// gets that from `root`, that of the app that comes first, and `mount` says so then.
base::Result<plan::MountPlan> plan_empty_volume(ResolvedMount& mount, const std::string& app,
                                                const LayeredRoot& root, int volumes_fd,
                                                const std::string& volumes_path);

/// Errors: kInvalidArgument: an owner who is no user of the pod.
base::Result<> check_empty_volume(const schema::Volume& volume);

/// Plans an empty volume in memory. One that names no size gets a tenth of the host's memory.
base::Result<plan::MountPlan> plan_memory_volume(const ResolvedMount& mount);

}  // namespace podd::pod
