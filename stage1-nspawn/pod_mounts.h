// SPDX-License-Identifier: LGPL-2.1-or-later
// The mounts that must be made inside the pod's user namespaces: overlays, volumes
// in memory, and what apps write to.
#pragma once

#include "base/result.h"
#include "leader.h"

namespace podd::stage1 {

/// The pod's volumes in memory, each once, whichever of its apps mount them.
std::vector<const plan::MountPlan*> memory_volumes(const std::vector<plan::AppPlan>& apps);

/// Each is called in its own user namespace, the outer or the pod's, and leaves the process in a
/// mount namespace of its own. make_pod_mounts() leaves the roots of the apps empty.
base::Result<std::vector<base::UniqueFd>> make_overlays(const LeaderSpec& spec);
base::Result<PodMounts> make_pod_mounts(const LeaderSpec& spec);

/// Text for a file that is there, in PodMounts::files. The host's root can do it.
base::Result<> replace_file(int files, const char* name, const std::string& text);

base::Result<> send_overlays(int socket, const std::vector<base::UniqueFd>& overlays);
base::Result<> receive_overlays(int socket, const LeaderSpec& spec, PodMounts& mounts);
base::Result<> send_pod_mounts(int socket, const PodMounts& mounts);
base::Result<PodMounts> receive_pod_mounts(int socket, const std::vector<plan::AppPlan>& apps);

}  // namespace podd::stage1
