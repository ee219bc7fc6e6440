// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/signal.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::schema {

namespace {

// glibc keeps 32 and 33 for itself, so its SIGRTMIN is 34; musl and Docker agree in effect.
constexpr int kRealTimeLeast = 34;
constexpr int kRealTimeMost = 64;

constexpr std::array kNames{
    std::pair{std::string_view{"HUP"}, SIGHUP},
    std::pair{std::string_view{"INT"}, SIGINT},
    std::pair{std::string_view{"QUIT"}, SIGQUIT},
    std::pair{std::string_view{"ILL"}, SIGILL},
    std::pair{std::string_view{"TRAP"}, SIGTRAP},
    std::pair{std::string_view{"ABRT"}, SIGABRT},
    std::pair{std::string_view{"IOT"}, SIGABRT},
    std::pair{std::string_view{"BUS"}, SIGBUS},
    std::pair{std::string_view{"FPE"}, SIGFPE},
    std::pair{std::string_view{"KILL"}, SIGKILL},
    std::pair{std::string_view{"USR1"}, SIGUSR1},
    std::pair{std::string_view{"SEGV"}, SIGSEGV},
    std::pair{std::string_view{"USR2"}, SIGUSR2},
    std::pair{std::string_view{"PIPE"}, SIGPIPE},
    std::pair{std::string_view{"ALRM"}, SIGALRM},
    std::pair{std::string_view{"TERM"}, SIGTERM},
    std::pair{std::string_view{"STKFLT"}, SIGSTKFLT},
    std::pair{std::string_view{"CHLD"}, SIGCHLD},
    std::pair{std::string_view{"CLD"}, SIGCHLD},
    std::pair{std::string_view{"CONT"}, SIGCONT},
    std::pair{std::string_view{"STOP"}, SIGSTOP},
    std::pair{std::string_view{"TSTP"}, SIGTSTP},
    std::pair{std::string_view{"TTIN"}, SIGTTIN},
    std::pair{std::string_view{"TTOU"}, SIGTTOU},
    std::pair{std::string_view{"URG"}, SIGURG},
    std::pair{std::string_view{"XCPU"}, SIGXCPU},
    std::pair{std::string_view{"XFSZ"}, SIGXFSZ},
    std::pair{std::string_view{"VTALRM"}, SIGVTALRM},
    std::pair{std::string_view{"PROF"}, SIGPROF},
    std::pair{std::string_view{"WINCH"}, SIGWINCH},
    std::pair{std::string_view{"IO"}, SIGIO},
    std::pair{std::string_view{"POLL"}, SIGIO},
    std::pair{std::string_view{"PWR"}, SIGPWR},
    std::pair{std::string_view{"SYS"}, SIGSYS},
};

std::optional<int> small_number(std::string_view text) {
    if (text.empty() || text.size() > 2) return std::nullopt;
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<int> real_time(std::string_view name) {
    const bool from_least = name.starts_with("RTMIN");
    if (!from_least && !name.starts_with("RTMAX")) return std::nullopt;
    name.remove_prefix(5);
    const int base = from_least ? kRealTimeLeast : kRealTimeMost;
    if (name.empty()) return base;
    if (name.front() != (from_least ? '+' : '-')) return std::nullopt;
    const auto offset = small_number(name.substr(1));
    if (!offset) return std::nullopt;
    const int signal = from_least ? base + *offset : base - *offset;
    if (signal < kRealTimeLeast || signal > kRealTimeMost) return std::nullopt;
    return signal;
}

}  // namespace

base::Result<int> parse_signal(std::string_view text) {
    std::string name;
    for (const char c : text.substr(0, 16))
        name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (const auto number = small_number(text); number && *number >= 1 && *number <= kRealTimeMost)
        return *number;
    if (name.starts_with("SIG")) name.erase(0, 3);
    for (const auto& [known, number] : kNames)
        if (known == name && text.size() <= 16) return number;
    if (const auto number = real_time(name); number && text.size() <= 16) return *number;
    return found_wanted(quoted(text), "a signal such as \"SIGTERM\", \"SIGRTMIN+3\" or \"15\"");
}

std::string signal_name(int signal) {
    for (const auto& [known, number] : kNames)
        if (number == signal) return fmt::format("SIG{}", known);
    if (signal == kRealTimeLeast) return "SIGRTMIN";
    if (signal > kRealTimeLeast && signal <= kRealTimeMost)
        return fmt::format("SIGRTMIN+{}", signal - kRealTimeLeast);
    return fmt::format("{}", signal);
}

}  // namespace podd::schema
