// SPDX-License-Identifier: LGPL-2.1-or-later
// What a compiled filter says of one system call.
#pragma once

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "bpf_evaluator.h"
#include "sandbox/seccomp.h"

namespace podd::test {

#if defined(__x86_64__)
inline constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
inline constexpr std::uint32_t kForeignArch = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
inline constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
inline constexpr std::uint32_t kForeignArch = AUDIT_ARCH_ARM;
#endif
inline constexpr auto kAllow = std::uint32_t{SECCOMP_RET_ALLOW};
inline constexpr auto kKill = std::uint32_t{SECCOMP_RET_KILL_PROCESS};

constexpr std::uint32_t fails(int error) {
    return std::uint32_t{SECCOMP_RET_ERRNO} | static_cast<std::uint32_t>(error);
}

inline std::string compiled(const sandbox::SeccompPolicy& policy) {
    const auto program = sandbox::compile(policy);
    REQUIRE(program);
    return *program;
}

inline std::uint32_t run(const std::string& program, int number, std::uint64_t first = 0,
                         std::uint64_t second = 0, std::uint32_t arch = kArch) {
    seccomp_data call{};
    call.nr = number;
    call.arch = arch;
    call.args[0] = first;
    call.args[1] = second;
    return evaluate(program, call);
}

inline std::uint32_t run(const std::string& program, const char* name, std::uint64_t first = 0,
                         std::uint64_t second = 0) {
    const auto number = sandbox::syscall_number(name);
    REQUIRE_MESSAGE(number, name);
    return run(program, *number, first, second);
}

}  // namespace podd::test
