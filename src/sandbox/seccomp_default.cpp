// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>

#include <fmt/format.h>

#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sandbox/capabilities.h"
#include "sandbox/seccomp.h"
#include "sandbox/seccomp_groups.h"

namespace podd::sandbox {

namespace {

// Source: personality(2). Linux, Linux32 and both under a name of version 2.6; all ones asks only.
const std::vector<std::uint32_t> kHarmlessPersonalities{0, 8, 0x20000, 0x20008, 0xFFFFFFFF};
constexpr std::uint32_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint32_t kTioclinux = 0x541C;  // TIOCLINUX pastes into a virtual console

bool has(std::uint64_t capabilities, int number) {
    return (capabilities >> number & 1) != 0;
}

void open(SeccompPolicy& policy, SyscallGroup calls) {
    for (const auto name : calls)
        policy.rules.push_back({std::string{name}, SeccompAction::allow()});
}

std::vector<SeccompDenial> default_denials(std::uint64_t capabilities) {
    using Refuse = SeccompDenial::Refuse;
    const auto eperm = SeccompAction::fail(EPERM);
    // Clone flags are the first argument everywhere but on s390.
    const std::uint32_t namespaces =
        has(capabilities, CAP_SYS_ADMIN) ? std::uint32_t{CLONE_NEWUSER} : kNewNamespaces;
    return {
        {"clone", 0, namespaces, Refuse::kOthers, {0}, eperm},
        {"unshare", 0, CLONE_NEWUSER, Refuse::kOthers, {0}, eperm},
        {"ioctl", 1, 0xFFFFFFFF, Refuse::kListed, {TIOCSTI, kTioclinux}, eperm},
        {"personality", 0, 0xFFFFFFFF, Refuse::kOthers, kHarmlessPersonalities, eperm},
        // A vsock reaches the hypervisor past every network namespace; AF_ALG is kernel crypto that
        // no container needs and that attacks start with.
        {"socket",
         0,
         0xFFFFFFFF,
         Refuse::kListed,
         {AF_VSOCK, AF_ALG},
         SeccompAction::fail(EAFNOSUPPORT)},
    };
}

}  // namespace

SeccompPolicy default_policy(std::uint64_t capabilities) {
    SeccompPolicy policy;
    policy.other = SeccompAction::fail(EPERM);
    policy.unknown = SeccompAction::fail(ENOSYS);
    policy.cache_name = fmt::format("default-{:x}", capabilities);
    // Its flags lie behind a pointer that no filter can follow: libc falls back to clone.
    policy.rules.push_back({"clone3", SeccompAction::fail(ENOSYS)});
    for (const auto calls : open_groups())
        open(policy, calls);
    for (const auto& [capability, calls] : capability_groups())
        if (has(capabilities, capability)) open(policy, calls);
    policy.denials = default_denials(capabilities);
    return policy;
}

SeccompPolicy default_policy() {
    return default_policy(default_capabilities());
}

}  // namespace podd::sandbox
