// SPDX-License-Identifier: LGPL-2.1-or-later
#include "refused_calls.h"

#include <cerrno>
#include <charconv>
#include <concepts>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/audit.h>
#include <unistd.h>

#include "base/number.h"
#include "base/unique_fd.h"
#include "plan/plan.h"
#include "sandbox/seccomp.h"

namespace podd::stage1 {

using base::Result;

namespace {

// Numbers of other architectures mean other calls.
#if defined(__x86_64__)
constexpr std::uint32_t kOwnArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kOwnArch = AUDIT_ARCH_AARCH64;
#endif
constexpr std::size_t kMaxRecord = 8192;  // CONSOLE_EXT_LOG_MAX of the kernel

// The value of " NAME=" up to the next blank.
std::optional<std::string_view> field(std::string_view record, std::string_view name) {
    const auto start = record.find(name);
    if (start == std::string_view::npos) return std::nullopt;
    record.remove_prefix(start + name.size());
    return record.substr(0, record.find_first_of(" \n"));
}

template <std::integral Number>
std::optional<Number> number(std::string_view record, std::string_view name) {
    const auto text = field(record, name);
    return text ? base::parse_number<Number>(*text) : std::nullopt;
}

std::optional<std::uint32_t> hex_number(std::string_view record, std::string_view name) {
    const auto text = field(record, name);
    std::uint32_t value = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value, 16);
    if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<RefusedCall> refused_call(std::string_view record) {
    // "5,1234,49839238655,-;audit: type=1326 audit(1795719169.651:18): auid=… uid=0 … sig=0 …
    // arch=c000003e syscall=83 …". The number in front of "-" counts by another clock than files'
    // times do.
    constexpr std::string_view kStart = ";audit: type=1326 audit(";
    const auto start = record.find(';');
    if (start == std::string_view::npos || !record.substr(start).starts_with(kStart))
        return std::nullopt;
    record.remove_prefix(start + kStart.size());
    const auto second = base::parse_number<std::uint64_t>(record.substr(0, record.find('.')));
    const auto uid = number<std::uint32_t>(record, " uid=");
    const auto signal = number<int>(record, " sig=");
    const auto arch = hex_number(record, " arch=");
    const auto syscall = number<int>(record, " syscall=");
    if (!second || !uid || !signal || !arch || !syscall) return std::nullopt;
    return RefusedCall{*second, *uid, *arch == kOwnArch ? *syscall : kForeignCall, *signal != 0};
}

void RefusedCalls::add(const RefusedCall& call) {
    ++(call.killed ? killed : failed)[call.syscall];
}

namespace {

std::string name_of(int number) {
    if (number == kForeignCall) return "a call of another architecture";
    auto name = sandbox::syscall_name(number);
    return name.empty() ? fmt::format("number {}", number) : name;
}

}  // namespace

std::string names_of(const std::map<int, unsigned>& calls) {
    std::string text;
    for (const auto& [number, times] : calls) {
        if (!text.empty()) text += ", ";
        text += name_of(number);
        if (times > 1) text += fmt::format(" ({} times)", times);
    }
    return text;
}

Result<RefusedCalls> read_refused_calls(std::uint32_t uid_base, std::uint64_t second) {
    RefusedCalls calls;
    const base::UniqueFd log{::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!log) return base::errno_error("opening the kernel's log", errno);
    char record[kMaxRecord];
    while (true) {
        const ssize_t n = ::read(log.get(), record, sizeof record);
        if (n < 0 && errno == EPIPE) continue;  // that record was overwritten meanwhile
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return calls;
        if (n <= 0) return base::errno_error("reading the kernel's log", errno);
        const auto call = refused_call({record, static_cast<std::size_t>(n)});
        if (call && call->second >= second && call->uid - uid_base < plan::kIdCount)
            calls.add(*call);
    }
}

}  // namespace podd::stage1
