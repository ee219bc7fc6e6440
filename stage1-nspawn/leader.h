// SPDX-License-Identifier: LGPL-2.1-or-later
// PID 1 of the pod before it becomes one: born into new namespaces as a child of systemd, held
// until everything stands. The process that bears it also makes those mounts that must belong to
// the pod.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "child.h"
#include "plan/plan.h"
#include "sources.h"

namespace podd::stage1 {

/// Where the layers of app number N wait, in the scratch root: "<kLayers>/N/0" lowest and up, "u"
/// the folder with upper and work, "m" an empty mount point.
inline constexpr const char* kLayers = "layers";

/// Mounts whose super block belongs to the pod's user namespace, detached.
struct PodMounts {
    struct App {
        base::UniqueFd root;  // the overlay
        base::UniqueFd dev;
        base::UniqueFd pts;
    };
    std::vector<App> apps;
    std::vector<base::UniqueFd> memory;  // in the order of memory_volumes()
    base::UniqueFd shm;
    base::UniqueFd mqueue;
    base::UniqueFd files;  // hostname, hosts, machine-id, resolv.conf, localtime
};

struct LeaderSpec {
    const plan::PodPlan& pod;
    const std::vector<plan::AppPlan>& apps;
    const HostFiles& files;
    int proc_fd;       // the host's /proc
    int init_program;  // O_PATH
    int lock_fd;       // stays open in the pod's PID 1; -1: none
    int netns;         // the network that the pod shares; -1: the host's, or it has one of its own
};

class Leader {
public:
    /// Must be called in the pod's mount namespace with the scratch root as "/".
    static base::Result<Leader> start(const LeaderSpec& spec);
    Leader(Leader&&) = default;
    Leader& operator=(Leader&&) = default;
    ~Leader();  // kills a process that was not released

    pid_t pid() const { return pid_; }
    int pidfd() const { return pidfd_.get(); }
    base::Result<PodMounts> take_mounts(const std::vector<plan::AppPlan>& apps);
    /// Lets it go on as the pod's init.
    base::Result<> release();

private:
    Leader(Child maker, base::UniqueFd socket, base::UniqueFd hold)
        : maker_{std::move(maker)}, socket_{std::move(socket)}, hold_{std::move(hold)} {}
    base::Result<> meet();

    Child maker_;
    base::UniqueFd socket_;  // to the maker
    base::UniqueFd hold_;    // a byte on it releases the leader; its end kills it
    pid_t pid_ = -1;
    base::UniqueFd pidfd_;
};

}  // namespace podd::stage1
