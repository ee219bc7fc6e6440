// SPDX-License-Identifier: LGPL-2.1-or-later
// What seccomp filters refused, read from the kernel's log: it has numbers, people want names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::stage1 {

/// In place of a number that counts in the table of another architecture.
inline constexpr int kForeignCall = -1;

/// One record of type SECCOMP, as /dev/kmsg gives it.
struct RefusedCall {
    std::uint64_t second = 0;  // of the clock on the wall
    std::uint32_t uid = 0;     // on the host
    int syscall = kForeignCall;
    bool killed = false;  // it ended the process
};
/// Nothing for any other record. Source: audit_seccomp() in kernel/auditsc.c; what programs call
/// themselves is quoted there or written as hex digits, so that it cannot pass for another field.
std::optional<RefusedCall> refused_call(std::string_view record);

/// How often each call was refused, by its number.
struct RefusedCalls {
    std::map<int, unsigned> failed;
    std::map<int, unsigned> killed;
    bool empty() const { return failed.empty() && killed.empty(); }
    void add(const RefusedCall& call);
};

/// "mount (2 times), ptrace" of one map; names are libseccomp's.
std::string names_of(const std::map<int, unsigned>& calls);

/// All that the kernel's log still has of the users `uid_base` … + plan::kIdCount - 1, from
/// `second` on. Where the host runs an auditd, that has them instead.
base::Result<RefusedCalls> read_refused_calls(std::uint32_t uid_base, std::uint64_t second);

}  // namespace podd::stage1
