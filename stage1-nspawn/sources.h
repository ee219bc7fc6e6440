// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pod gets from the host, as detached mounts: taken while the host's tree is still there.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "idmap.h"
#include "plan/plan.h"
#include "targets.h"

namespace podd::stage1 {

struct VolumeSource {
    base::UniqueFd mount;  // none yet: a volume in memory, see PodMounts; a device, see `nodes`
    TargetKind kind = TargetKind::kDirectory;
    const plan::MountPlan* plan = nullptr;
    std::string node;  // of a device: its name in `nodes`
};

struct AppSources {
    std::vector<base::UniqueFd> trees;  // lowest first, ids of the pod
    base::UniqueFd upper;               // holds "upper" and "work", ids of the pod
    std::vector<VolumeSource> volumes;
};

struct DeviceSource {
    const char* name;
    base::UniqueFd mount;
};

/// Files that a pod gets, made of the host's; empty: no such file.
struct HostFiles {
    std::string resolv_conf;  // for a pod that reaches servers of names; but for its first line
                              // where that is known when the pod has its link
    std::string hosts;
    std::string localtime;  // the time zone that the pod asks for
};

struct HostSources {
    std::vector<AppSources> apps;  // in the order of the plan
    std::vector<DeviceSource> devices;
    base::UniqueFd nodes;  // a tmpfs with the devices that are volumes, if there are any
    HostFiles files;
};

base::Result<HostSources> open_sources(const plan::PodPlan& pod,
                                       const std::vector<plan::AppPlan>& apps, MountIdMaps& maps);

}  // namespace podd::stage1
