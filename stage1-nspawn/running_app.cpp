// SPDX-License-Identifier: LGPL-2.1-or-later
#include "running_app.h"

#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "cgroup_path.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxStat = 4096;
constexpr std::size_t kMaxProcesses = std::size_t{1} << 20;

/// 0 where there is none.
ino_t namespace_of(pid_t pid, const char* kind) {
    struct stat st{};
    return ::stat(fmt::format("/proc/{}/ns/{}", pid, kind).c_str(), &st) < 0 ? 0 : st.st_ino;
}

// Of its own PID namespace it is the first, and that is the pod's child.
bool is_in_place(pid_t pid, bool private_pids, ino_t pod_pids) {
    if (pod_pids == 0) return false;
    if (!private_pids) return namespace_of(pid, "pid") == pod_pids;
    const auto own = base::open_path(fmt::format("/proc/{}/ns/pid", pid), O_RDONLY);
    const UniqueFd parent{own ? ::ioctl(own->get(), NS_GET_PARENT) : -1};
    struct stat st{};
    return parent && ::fstat(parent.get(), &st) == 0 && st.st_ino == pod_pids;
}

// "PID (COMM) STATE PPID …": the command may hold anything, the last parenthesis ends it.
bool is_child_of_manager(pid_t pid) {
    const auto text = base::read_file(fmt::format("/proc/{}/stat", pid), kMaxStat);
    if (!text) return false;
    const auto end = text->rfind(')');
    return end != std::string::npos && text->substr(end + 1, 1) == " " &&
           text->substr(end + 2, 1) != "Z" && text->substr(end + 3, 3) == " 1 ";
}

std::vector<pid_t> numbers(const std::string& lines) {
    std::vector<pid_t> pids;
    std::string_view rest{lines};
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (const auto pid = base::parse_number<pid_t>(rest.substr(0, end))) pids.push_back(*pid);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return pids;
}

std::vector<pid_t> all_processes() {
    const auto proc = base::open_path("/proc", O_RDONLY | O_DIRECTORY);
    const auto names = proc ? base::list_dir(proc->get()) : std::vector<std::string>{};
    std::vector<pid_t> pids;
    if (!names) return pids;
    for (const auto& name : *names)
        if (const auto pid = base::parse_number<pid_t>(name)) pids.push_back(*pid);
    return pids;
}

// Beside the sandbox's; anywhere, where the administrator has given the unit another slice.
std::vector<pid_t> candidates(const std::string& sandbox_cgroup, const std::string& unit) {
    const auto slice = sandbox_cgroup.substr(0, sandbox_cgroup.rfind('/'));
    const auto text =
        base::read_file(fmt::format("{}{}/{}/cgroup.procs", kCgroups, slice, unit), kMaxProcesses);
    return text ? numbers(*text) : all_processes();
}

// Only what lies in the unit's own cgroup: beneath it are commands that were started before.
std::optional<std::string> cgroup_in_unit(pid_t pid, const std::string& unit) {
    auto cgroup = cgroup_of(fmt::format("{}", pid));
    if (!cgroup || !cgroup->ends_with("/" + unit)) return std::nullopt;
    return std::move(*cgroup);
}

}  // namespace

// What systemd bore into the pod, and lies in the unit's cgroup, is the app. A user may make a
// cgroup of that name, but gets no process of the pod into it.
Result<RunningApp> find_app(const plan::AppPlan& app, pid_t leader) {
    const auto pids = namespace_of(leader, "pid");
    const auto users = namespace_of(leader, "user");
    const auto sandbox_cgroup = TRY(cgroup_of(fmt::format("{}", leader)));
    for (const pid_t pid : candidates(sandbox_cgroup, app.unit)) {
        UniqueFd fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};
        if (!fd || !is_in_place(pid, app.private_pids, pids) || !is_child_of_manager(pid)) continue;
        auto cgroup = cgroup_in_unit(pid, app.unit);
        const bool joined = namespace_of(pid, "user") == users;
        // All of that was about this process only if it is still there.
        if (!cgroup || ::syscall(SYS_pidfd_send_signal, fd.get(), 0, nullptr, 0U) < 0) continue;
        if (!joined) return Error{ErrorCode::kUnavailable, "it is still being started"};
        return RunningApp{std::move(fd), pid, std::move(*cgroup)};
    }
    return Error{ErrorCode::kNotFound,
                 fmt::format("it is not running\nhint: 'systemctl status {}' says why", app.unit)};
}

}  // namespace podd::stage1
