// SPDX-License-Identifier: LGPL-2.1-or-later
// libseccomp makes the body of a program from names; the denials stand in front of it as plain BPF.
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/unique_fd.h"
#include "sandbox/seccomp.h"

namespace podd::sandbox {

namespace {

struct ReleaseFilter {
    void operator()(void* filter) const { ::seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, ReleaseFilter>;

// The kernel takes no longer ones (BPF_MAXINSNS).
constexpr std::size_t kMaxProgramBytes = 4096 * sizeof(sock_filter);
// Numbers of all calls so far lie below; x32 numbers, far above, are closed as another convention.
constexpr int kMaxSyscall = 1024;

std::uint32_t library_action(const SeccompAction& action) {
    switch (action.kind) {
        case SeccompAction::Kind::kAllow: return SCMP_ACT_ALLOW;
        case SeccompAction::Kind::kErrno: return SCMP_ACT_ERRNO(action.errno_value);
        case SeccompAction::Kind::kKill: return SCMP_ACT_KILL_PROCESS;
    }
    return SCMP_ACT_KILL_PROCESS;
}

std::uint32_t kernel_action(const SeccompAction& action) {
    switch (action.kind) {
        case SeccompAction::Kind::kAllow: return SECCOMP_RET_ALLOW;
        case SeccompAction::Kind::kErrno: return SECCOMP_RET_ERRNO | action.errno_value;
        case SeccompAction::Kind::kKill: return SECCOMP_RET_KILL_PROCESS;
    }
    return SECCOMP_RET_KILL_PROCESS;
}

base::Error library_error(std::string_view what, int result) {
    return {base::ErrorCode::kInternal,
            fmt::format("{}: {}", what, std::generic_category().message(-result))};
}

base::Result<> add_rule(void* filter, const SeccompAction& fallback, const SeccompAction& action,
                        int number, std::string_view name) {
    if (action == fallback) return {};  // libseccomp refuses a rule that says what the filter says
    const int result = ::seccomp_rule_add(filter, library_action(action), number, 0);
    if (result < 0)
        return library_error(fmt::format("adding system call \"{}\" to the filter", name), result);
    return {};
}

base::Result<> add_rules(void* filter, const SeccompPolicy& policy) {
    std::set<int> named;
    for (const auto& rule : policy.rules) {
        const auto number = syscall_number(rule.syscall);
        if (!number || !named.insert(*number).second) continue;
        TRY(add_rule(filter, policy.unknown, rule.action, *number, rule.syscall));
    }
    if (policy.other == policy.unknown) return {};
    for (int number = 0; number < kMaxSyscall; ++number) {
        if (named.contains(number)) continue;
        const auto name = syscall_name(number);
        if (!name.empty()) TRY(add_rule(filter, policy.unknown, policy.other, number, name));
    }
    return {};
}

base::Result<std::string> library_program(const SeccompPolicy& policy) {
    const Filter filter{::seccomp_init(library_action(policy.unknown))};
    if (!filter) return base::Error{base::ErrorCode::kInternal, "making a seccomp filter"};
    (void)::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    // A binary tree: half of the calls are not asked about hundreds of others first.
    (void)::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    TRY(add_rules(filter.get(), policy));
    const base::UniqueFd file{::memfd_create("seccomp", MFD_CLOEXEC)};
    if (!file) return base::errno_error("making memory for a seccomp program", errno);
    if (const int result = ::seccomp_export_bpf(filter.get(), file.get()); result < 0)
        return library_error("compiling the seccomp filter", result);
    if (::lseek(file.get(), 0, SEEK_SET) < 0)
        return base::errno_error("reading a seccomp program", errno);
    return base::read_all(file.get(), kMaxProgramBytes);
}

void append(std::string& program, sock_filter instruction) {
    program.append(reinterpret_cast<const char*>(&instruction), sizeof instruction);
}

std::uint32_t low_half(unsigned argument) {
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "low half of an argument comes first");
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) +
           argument * static_cast<std::uint32_t>(sizeof(std::uint64_t));
}

// Leaves through `return action` or falls through to what follows.
void append_denial(std::string& program, const SeccompDenial& denial, int number) {
    constexpr auto kNumber = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
    const bool conditional = denial.only_where.bits != 0;
    const bool listed = denial.refuse == SeccompDenial::Refuse::kListed;
    // For "others" a value that is met jumps over the return; for "listed" it jumps to the return
    // and a jump over it follows the last value.
    const auto values = static_cast<std::uint8_t>(denial.values.size());
    const auto tail = static_cast<std::uint8_t>(listed ? 2 : 1);
    append(program, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber));
    append(program, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0,
                             static_cast<std::uint8_t>((conditional ? 4 : 2) + values + tail)));
    if (conditional) {
        append(program, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low_half(denial.only_where.argument)));
        append(program, BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, denial.only_where.bits, 0,
                                 static_cast<std::uint8_t>(2 + values + tail)));
    }
    append(program, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low_half(denial.argument)));
    append(program, BPF_STMT(BPF_ALU | BPF_AND | BPF_K, denial.mask));
    for (std::uint8_t i = 0; i < values; ++i)
        append(program, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denial.values[i],
                                 static_cast<std::uint8_t>(values - i), 0));
    if (listed) append(program, BPF_STMT(BPF_JMP | BPF_JA, 1));
    append(program, BPF_STMT(BPF_RET | BPF_K, kernel_action(denial.action)));
}

}  // namespace

std::optional<int> syscall_number(std::string_view name) {
    const int number =
        ::seccomp_syscall_resolve_name_arch(SCMP_ARCH_NATIVE, std::string{name}.c_str());
    if (number < 0) return std::nullopt;  // unknown, or a pseudo number: not of this architecture
    return number;
}

std::string syscall_name(int number) {
    const std::unique_ptr<char, decltype(&std::free)> name{
        ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number), &std::free};
    return name ? std::string{name.get()} : std::string{};
}

bool syscall_known(std::string_view name) {
    return ::seccomp_syscall_resolve_name(std::string{name}.c_str()) != __NR_SCMP_ERROR;
}

std::string seccomp_library_version() {
    const auto* version = ::seccomp_version();
    return fmt::format("{}.{}.{}", version->major, version->minor, version->micro);
}

base::Result<std::string> compile(const SeccompPolicy& policy) {
    std::string program;
    // Before the architecture is looked at: a foreign call can only be refused here or killed
    // below.
    for (const auto& denial : policy.denials)
        if (const auto number = syscall_number(denial.syscall))
            append_denial(program, denial, *number);
    program += TRY(library_program(policy));
    if (program.size() > kMaxProgramBytes)
        return base::Error{base::ErrorCode::kUnsupported, "the seccomp filter is too long"};
    return program;
}

}  // namespace podd::sandbox
