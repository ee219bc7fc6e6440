// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/confine.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitized.h"
#include "sandbox/work.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::kSanitized;
using base::Result;

namespace {

constexpr rlim_t kCpuSeconds = rlim_t{4} * 3600;
constexpr rlim_t kOpenFiles = 2048;

Result<> check(long result, std::string_view what) {
    if (result < 0) return base::errno_error(what, errno);
    return {};
}

// Everything that comes later counts on the id maps.
Result<> wait_for_maps(int go) {
    char byte = 0;
    ssize_t n = 0;
    do
        n = ::read(go, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1) return Error{ErrorCode::kUnavailable, "the importer is gone"};
    return {};
}

Result<> become_root_inside() {
    TRY(check(::setgroups(0, nullptr), "dropping groups"));
    TRY(check(::setresgid(0, 0, 0), "taking group 0"));
    return check(::setresuid(0, 0, 0), "taking user 0");
}

// After the ids: changing them clears it. The parent holds the other end of `go` for as long as it
// lives, so what happened before this call is seen as well.
Result<> die_with_parent(int go) {
    TRY(check(::prctl(PR_SET_PDEATHSIG, SIGKILL), "asking to die with the importer"));
    pollfd parent{go, POLLIN, 0};
    if (::poll(&parent, 1, 0) > 0) return Error{ErrorCode::kUnavailable, "the importer is gone"};
    return {};
}

// An empty directory that cannot be written to is all that this process sees of any file system.
Result<> leave_files() {
    TRY(check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr),
              "making mounts private"));
    // "/proc" is there on every system that has processes.
    TRY(check(::mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                      "mode=0500,size=4k,nr_inodes=1"),
              "mounting an empty root"));
    TRY(check(::chdir("/proc"), "entering the empty root"));
    TRY(check(::syscall(SYS_pivot_root, ".", "."), "changing to the empty root"));
    TRY(check(::umount2(".", MNT_DETACH), "leaving the host's root"));
    TRY(check(::mount(nullptr, "/", nullptr,
                      MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr),
              "closing the empty root"));
    return check(::chdir("/"), "entering the empty root");
}

Result<> close_others(std::vector<int> keep) {
    keep.push_back(STDERR_FILENO);
    std::sort(keep.begin(), keep.end());
    unsigned int from = 0;
    for (const int fd : keep) {
        const auto at = static_cast<unsigned int>(fd);
        if (at > from)
            TRY(check(::syscall(SYS_close_range, from, at - 1, 0), "closing descriptors"));
        from = std::max(from, at + 1);
    }
    return check(::syscall(SYS_close_range, from, ~0U, 0), "closing descriptors");
}

// Address space of this process, a copy of the importer. Source: proc(5), statm.
Result<std::uint64_t> memory_in_use() {
    const auto text = TRY(base::read_file("/proc/self/statm", 4096));
    std::uint64_t pages = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pages);
    if (error != std::errc{})
        return Error{ErrorCode::kInternal, "\"/proc/self/statm\" is not readable"};
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<> limit(const WorkerPlan& plan, std::uint64_t in_use) {
    const auto set = [](__rlimit_resource what, rlim_t value) {
        const rlimit both{value, value};
        return check(::setrlimit(what, &both), "setting resource limits");
    };
    TRY(set(RLIMIT_CORE, 0));
    TRY(set(RLIMIT_CPU, kCpuSeconds));
    TRY(set(RLIMIT_FSIZE, plan.max_file_bytes));
    rlimit files{};
    TRY(check(::getrlimit(RLIMIT_NOFILE, &files), "reading resource limits"));
    TRY(set(RLIMIT_NOFILE, std::min(files.rlim_max, kOpenFiles)));
    if (!kSanitized) TRY(set(RLIMIT_AS, in_use + plan.max_memory_bytes));
    return {};
}

}  // namespace

Result<> confine(const WorkerPlan& plan, int go, const std::vector<int>& keep) {
    TRY(wait_for_maps(go));
    TRY(become_root_inside());
    TRY(die_with_parent(go));
    TRY(close_others(keep));
    const auto in_use = TRY(memory_in_use());
    TRY(leave_files());
    TRY(limit(plan, in_use));
    const auto work =
        plan.confinement == Confinement::kTree ? sandbox::Work::kTree : sandbox::Work::kPipe;
    TRY(sandbox::give_up_rights(work));
    return sandbox::load_work_filter(work);
}

}  // namespace podd::importer
