// SPDX-License-Identifier: LGPL-2.1-or-later
// A seccomp allow-list as a constant, for the tiny programs that stay resident: they cannot afford
// a library, and need a dozen calls. Anything else ends the process.
#pragma once

#include <cstddef>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#if defined(__x86_64__)
#define PODD_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define PODD_AUDIT_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define PODD_AUDIT_ARCH AUDIT_ARCH_RISCV64
#else
#error "add this architecture's AUDIT_ARCH_ constant"
#endif

// clang-format off
#define PODD_FILTER_START                                                                 \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),                     \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PODD_AUDIT_ARCH, 1, 0),                           \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),                                  \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))
#define PODD_ALLOW(number)                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1),        \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define PODD_FILTER_END BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
// clang-format on

namespace podd::stage1 {

/// Needs no_new_privs.
inline bool load_filter(const sock_filter* filter, std::size_t length) {
    const sock_fprog program{static_cast<unsigned short>(length), const_cast<sock_filter*>(filter)};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace podd::stage1
