// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/work.h"

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "base/unique_fd.h"

namespace podd::sandbox {

using base::Error;
using base::ErrorCode;
using base::kSanitized;
using base::Result;

namespace {

Result<> check(long result, std::string_view what) {
    if (result < 0) return base::errno_error(what, errno);
    return {};
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

// Rights by the version that brought them. Source: landlock(7), "Landlock ABI versions". Older
// headers do not have the later ones.
constexpr int kFirstWithLinks = 2;
constexpr std::uint64_t kRightsOf2 = (std::uint64_t{1} << 14) - 1;
constexpr std::uint64_t kRightsOf3 = (std::uint64_t{1} << 15) - 1;  // truncating as well

Result<> restrict_to(int dir_fd, std::uint64_t rights) {
    landlock_ruleset_attr all{};
    all.handled_access_fs = rights;
    const base::UniqueFd rules{static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0))};
    if (!rules) return base::errno_error("making rules for files", errno);
    landlock_path_beneath_attr folder{};
    folder.allowed_access = rights;
    folder.parent_fd = dir_fd;
    TRY(check(::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &folder, 0),
              "making a rule for the folder"));
    return check(::syscall(SYS_landlock_restrict_self, rules.get(), 0), "closing all other files");
}

}  // namespace

Result<> give_up_rights(Work work) {
    constexpr std::uint32_t kOverFiles = 1U << CAP_CHOWN | 1U << CAP_DAC_OVERRIDE |
                                         1U << CAP_FOWNER | 1U << CAP_FSETID | 1U << CAP_SETFCAP;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    TRY(check(::syscall(SYS_capget, &header, data), "reading capabilities"));
    const auto kept = work == Work::kTree ? data[0].permitted & kOverFiles : 0U;
    data[0] = {kept, kept, 0};
    data[1] = {};
    TRY(check(::syscall(SYS_capset, &header, data), "dropping capabilities"));
    TRY(check(::prctl(PR_SET_DUMPABLE, 0), "closing itself to debuggers"));
    return check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "setting no_new_privs");
}

Result<bool> stay_beneath(int dir_fd) {
    const auto version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < kFirstWithLinks) return false;
    TRY(restrict_to(dir_fd, version == kFirstWithLinks ? kRightsOf2 : kRightsOf3));
    return true;
}

Result<> load_work_filter(Work work) {
    if (kSanitized) return {};
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
    if (work == Work::kTree)
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

}  // namespace podd::sandbox
