// SPDX-License-Identifier: LGPL-2.1-or-later
// The mounts that must be made inside the pod's user namespace: overlays, and what apps write to.
#pragma once

#include "base/result.h"
#include "leader.h"

namespace podd::stage1 {

/// Called by the process that owns the pod's namespaces; leaves it in a mount namespace of its own.
base::Result<PodMounts> make_pod_mounts(const LeaderSpec& spec);

base::Result<> send_pod_mounts(int socket, const PodMounts& mounts);
base::Result<PodMounts> receive_pod_mounts(int socket, std::size_t apps);

}  // namespace podd::stage1
