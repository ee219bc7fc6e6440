// SPDX-License-Identifier: LGPL-2.1-or-later
// A seccomp filter as a value, and the program that the kernel runs for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::sandbox {

/// What a system call meets.
struct SeccompAction {
    enum class Kind : unsigned char { kAllow, kErrno, kKill };  // kKill: SIGSYS ends the process
    Kind kind = Kind::kAllow;
    std::uint16_t errno_value = 0;  // for kErrno
    bool operator==(const SeccompAction&) const = default;

    static constexpr SeccompAction allow() { return {}; }
    static constexpr SeccompAction fail(int error) {
        return {Kind::kErrno, static_cast<std::uint16_t>(error)};
    }
    static constexpr SeccompAction kill() { return {Kind::kKill, 0}; }
};

/// One call, by its name. The first rule for a call counts. A name that libseccomp does not know,
/// or that this architecture does not have, makes no rule.
struct SeccompRule {
    std::string syscall;
    SeccompAction action;
};

/// Refuses a call for the low 32 bits of one argument, whatever the rules say: the kernel looks at
/// no more of an ioctl request, a clone flag or an address family, so a filter that compares all 64
/// bits can be walked around.
struct SeccompDenial {
    /// Which values of (argument & mask) are refused: those of `values`, or all others.
    enum class Refuse : unsigned char { kListed, kOthers };
    std::string syscall;
    unsigned argument = 0;
    std::uint32_t mask = 0xFFFFFFFF;
    Refuse refuse = Refuse::kListed;
    std::vector<std::uint32_t> values;
    SeccompAction action;
    /// Only where another argument has one of these bits; none: always.
    struct Condition {
        unsigned argument = 0;
        std::uint32_t bits = 0;
        bool operator==(const Condition&) const = default;
    };
    Condition only_where{};
    bool operator==(const SeccompDenial&) const = default;
};

/// Only the machine's own architecture is open: a call by another convention (32 bit, x32) ends the
/// process.
struct SeccompPolicy {
    std::vector<SeccompRule> rules;
    std::vector<SeccompDenial> denials;
    SeccompAction other;    // calls that exist but have no rule
    SeccompAction unknown;  // numbers that libseccomp has no name for
    /// Names this very policy, so that its program may be cached under it (with kSeccompRevision
    /// and the version of libseccomp); empty: not worth caching.
    std::string cache_name;
};

/// Grows whenever the default policy or compile() changes what a cached program does.
inline constexpr int kSeccompRevision = 1;
/// "2.5.4": of the library that compile() runs with.
std::string seccomp_library_version();

/// The filter of an app that names none. It denies at least what Docker's default does, plus
/// io_uring, userfaultfd, bpf, keyctl, TIOCSTI, the new mount API and new user namespaces; some
/// calls open with a capability of `capabilities`. Unknown calls get ENOSYS, so that programs fall
/// back.
SeccompPolicy default_policy(std::uint64_t capabilities);
SeccompPolicy default_policy();  // for default_capabilities()

/// The filter that an appc isolator asks for; nullopt: none at all ("@appc.io/all").
/// `retain`: os/linux/seccomp-retain-set, else -remove-set. `errno_name`: "EPERM", empty for
/// SIGSYS. Source: appc spec 0.8.11, ace.md "os/linux/seccomp-…". Errors: kInvalidArgument for an
/// unknown wildcard or errno name. Unknown calls are no error: they are shut in either case.
base::Result<std::optional<SeccompPolicy>> isolator_policy(bool retain,
                                                           const std::vector<std::string>& set,
                                                           std::string_view errno_name,
                                                           std::uint64_t capabilities);

/// Whether `policy` lets some call of this architecture through, for whatever arguments, that
/// `other` refuses. A denial that `policy` words differently counts as missing.
bool lets_more_through(const SeccompPolicy& policy, const SeccompPolicy& other);

/// Lets all calls of this architecture through that libseccomp has a name for; others do not exist.
SeccompPolicy open_policy();

/// The policy with refusals in front: nothing that it lets through makes a file setuid or setgid.
/// Calls that hide the mode behind a pointer do not exist then (openat2, io_uring).
SeccompPolicy without_setuid_files(SeccompPolicy policy);

/// The program: an array of struct sock_filter for PR_SET_SECCOMP. Takes about a millisecond.
/// Errors: kInternal with libseccomp's reason.
base::Result<std::string> compile(const SeccompPolicy& policy);

/// The number of a call on this architecture; nullopt when it has none or the name is not known.
std::optional<int> syscall_number(std::string_view name);
/// The name of a call on this architecture; empty when it has none.
std::string syscall_name(int number);
/// Whether libseccomp has such a name on any architecture.
bool syscall_known(std::string_view name);

}  // namespace podd::sandbox
