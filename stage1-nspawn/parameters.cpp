// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parameters.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/file.h"
#include "child.h"
#include "mount_api.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

using Parameter = std::pair<std::string, std::string>;

// Hosts that are containers have a read-only one.
Result<UniqueFd> own_proc() {
    return new_mount("proc", {}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

Result<> set_parameter(int proc_fd, const Parameter& parameter) {
    const auto& [name, value] = parameter;
    auto path = name;
    std::replace(path.begin(), path.end(), '.', '/');
    const auto fd =
        TRY_CONTEXT(base::open_at(proc_fd, "sys/" + path, O_WRONLY, 0, base::Resolve::kNoSymlinks),
                    "kernel parameter \"{}\"", name);
    TRY_CONTEXT(base::write_all(fd.get(), value), "kernel parameter \"{}\" = \"{}\"", name, value);
    return {};
}

// Its groups are those of the writer's user namespace. Source: Linux, ipv4_ping_group_range().
bool has_groups(const Parameter& parameter) {
    return parameter.first == "net.ipv4.ping_group_range";
}

// They show and take the values of the writer's namespaces. Which root may write, the host's or the
// pod's, is another for each group of them, and for those of IPC for each version of the kernel.
Result<> set_in_namespaces(const plan::PodPlan& pod, const Leader& leader) {
    const auto proc = TRY(own_proc());
    const int network = plan::is_shared(pod.network) ? 0 : CLONE_NEWNET;
    if (::setns(leader.pidfd(), CLONE_NEWIPC | CLONE_NEWUTS | network) < 0)
        return errno_error("joining the pod's namespaces", errno);
    std::vector<const Parameter*> for_pod_root;
    for (const auto& parameter : pod.sysctls) {
        if (has_groups(parameter)) {
            for_pod_root.push_back(&parameter);
            continue;
        }
        auto done = set_parameter(proc.get(), parameter);
        if (done) continue;
        if (done.error().code() != base::ErrorCode::kDenied) return done;
        for_pod_root.push_back(&parameter);
    }
    if (for_pod_root.empty()) return {};
    if (::setns(leader.pidfd(), CLONE_NEWUSER) < 0 || ::setresgid(0, 0, 0) < 0 ||
        ::setresuid(0, 0, 0) < 0)
        return errno_error("becoming the pod's root", errno);
    for (const auto* parameter : for_pod_root)
        TRY(set_parameter(proc.get(), *parameter));
    return {};
}

}  // namespace

Result<> set_parameters(const plan::PodPlan& pod, const Leader& leader) {
    if (pod.sysctls.empty()) return {};
    auto writer = TRY(Child::start([&] { return set_in_namespaces(pod, leader); }));
    return writer.finish();
}

Result<> open_low_ports() {
    const auto proc = TRY(own_proc());
    return set_parameter(proc.get(), {"net.ipv4.ip_unprivileged_port_start", "0"});
}

}  // namespace podd::stage1
