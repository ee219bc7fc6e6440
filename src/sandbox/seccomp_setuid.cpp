// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "sandbox/seccomp.h"

namespace podd::sandbox {

namespace {

constexpr std::uint32_t kBits = S_ISUID | S_ISGID;
// Without these the kernel looks at no mode, and what lies there is anything.
constexpr std::uint32_t kMaking = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);

// Refuse all but "mode & kBits == 0".
SeccompDenial of_mode(const char* syscall, unsigned argument) {
    return {
        syscall, argument, kBits, SeccompDenial::Refuse::kOthers, {0}, SeccompAction::fail(EPERM)};
}

SeccompDenial when_making(const char* syscall, unsigned mode, unsigned flags) {
    auto denial = of_mode(syscall, mode);
    denial.only_where = {flags, kMaking};
    return denial;
}

SeccompDenial always(const char* syscall, int error) {
    return {syscall, 0, 0, SeccompDenial::Refuse::kListed, {0}, SeccompAction::fail(error)};
}

}  // namespace

SeccompPolicy open_policy() {
    SeccompPolicy policy;
    policy.unknown = SeccompAction::fail(ENOSYS);
    return policy;
}

// fchmodat2 is newer than some versions of libseccomp, whose filters do not know it and let it
// through nowhere. mkdir ignores these bits.
SeccompPolicy without_setuid_files(SeccompPolicy policy) {
    for (const auto& denial :
         {of_mode("chmod", 1), of_mode("fchmod", 1), of_mode("fchmodat", 2),
          of_mode("fchmodat2", 2), of_mode("creat", 1), of_mode("mknod", 1), of_mode("mknodat", 2),
          when_making("open", 2, 1), when_making("openat", 3, 2), always("openat2", ENOSYS),
          always("io_uring_setup", EPERM)})
        policy.denials.push_back(denial);
    if (!policy.cache_name.empty()) policy.cache_name += "-no-setuid";
    return policy;
}

}  // namespace podd::sandbox
