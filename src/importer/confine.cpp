// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/confine.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <initializer_list>
#include <memory>

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/unique_fd.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

#if defined(__has_feature)
#define PODD_HAS_FEATURE(feature) __has_feature(feature)
#else
#define PODD_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || PODD_HAS_FEATURE(address_sanitizer)
constexpr bool kSanitized = true;  // its shadow memory and reports need what is forbidden below
#else
constexpr bool kSanitized = false;
#endif

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

Result<> drop_capabilities(Confinement confinement) {
    std::uint64_t kept = 0;
    if (confinement == Confinement::kTree)
        for (const int capability :
             {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP})
            kept |= std::uint64_t{1} << capability;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    data[0].effective = data[0].permitted = static_cast<std::uint32_t>(kept);
    data[1].effective = data[1].permitted = static_cast<std::uint32_t>(kept >> 32);
    TRY(check(::syscall(SYS_capset, &header, data), "dropping capabilities"));
    TRY(check(::prctl(PR_SET_DUMPABLE, 0), "closing itself to debuggers"));
    return check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "setting no_new_privs");
}

struct ReleaseFilter {
    void operator()(void* filter) const { ::seccomp_release(filter); }
};

// Reading, writing, memory, the end.
constexpr std::initializer_list<const char*> kPipeCalls = {
    "read",         "write",        "readv",          "writev",       "close",
    "fstat",        "newfstatat",   "lseek",          "brk",          "munmap",
    "mremap",       "madvise",      "futex",          "getrandom",    "exit",
    "exit_group",   "rt_sigreturn", "rt_sigprocmask", "rt_sigaction", "clock_gettime",
    "gettimeofday", "getpid",       "gettid",         "tgkill",       "poll",
    "ppoll",        "sendmsg",      "recvmsg",        "sched_yield",  "restart_syscall",
    "uname"};
// Files beneath the one directory; without a way to mount, to join or to execute.
constexpr std::initializer_list<const char*> kTreeCalls = {
    "openat",    "openat2",    "mkdirat",   "mknodat",   "symlinkat",  "linkat",
    "unlinkat",  "fchown",     "fchownat",  "fchmod",    "fchmodat",   "fsetxattr",
    "utimensat", "readlinkat", "pwrite64",  "ftruncate", "getdents64", "statx",
    "fcntl",     "pread64",    "fgetxattr", "flistxattr"};

Result<> load_filter(Confinement confinement) {
    const std::unique_ptr<void, ReleaseFilter> filter{::seccomp_init(SCMP_ACT_KILL_PROCESS)};
    if (!filter) return Error{ErrorCode::kInternal, "libseccomp does not start"};
    const auto allow = [&](const char* name) -> Result<> {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number == __NR_SCMP_ERROR) return {};
        if (const int status = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0);
            status < 0 && status != -EDOM)
            return base::errno_error("making the system call filter", -status);
        return {};
    };
    for (const char* name : kPipeCalls)
        TRY(allow(name));
    if (confinement == Confinement::kTree)
        for (const char* name : kTreeCalls)
            TRY(allow(name));
    // Memory, but none that can be executed.
    for (const int number : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        if (const int status =
                ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 1,
                                   SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0));
            status < 0)
            return base::errno_error("making the system call filter", -status);
    if (const int status = ::seccomp_load(filter.get()); status < 0)
        return base::errno_error("loading the system call filter", -status);
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
    TRY(drop_capabilities(plan.confinement));
    if (!kSanitized) TRY(load_filter(plan.confinement));
    return {};
}

}  // namespace podd::importer
