// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/values.h"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "base/number.h"

namespace podd::unit {

namespace {

constexpr std::uint64_t kUsecPerMsec = 1000;
constexpr std::uint64_t kUsecPerSec = 1000 * kUsecPerMsec;

base::Error wrong(std::string_view text, std::string_view wanted) {
    return {base::ErrorCode::kInvalidArgument,
            fmt::format("found \"{}\", wanted {}", text, wanted)};
}

bool read_digits(std::string_view text, std::uint64_t& value) {
    const auto number = base::parse_number<std::uint64_t>(text);
    value = number.value_or(0);
    return number.has_value();
}

}  // namespace

std::string duration_text(std::uint64_t usec) {
    if (usec == kInfinity) return "infinity";
    if (usec % kUsecPerSec == 0) return fmt::format("{}s", usec / kUsecPerSec);
    if (usec % kUsecPerMsec == 0) return fmt::format("{}ms", usec / kUsecPerMsec);
    return fmt::format("{}us", usec);
}

base::Result<std::uint64_t> duration_usec(std::string_view text) {
    if (text == "infinity") return kInfinity;
    struct Suffix {
        std::string_view name;
        std::uint64_t usec;
    };
    // "s" last: the others end in it.
    static constexpr Suffix kSuffixes[] = {{"us", 1}, {"ms", kUsecPerMsec}, {"s", kUsecPerSec}};
    for (const auto& suffix : kSuffixes) {
        if (!text.ends_with(suffix.name)) continue;
        std::uint64_t count = 0;
        if (!read_digits(text.substr(0, text.size() - suffix.name.size()), count)) break;
        std::uint64_t usec = 0;
        if (__builtin_mul_overflow(count, suffix.usec, &usec)) break;
        return usec;
    }
    return wrong(text, "a time such as \"90s\"");
}

std::string quota_text(std::uint64_t milli_cores) {
    if (milli_cores % 10 == 0) return fmt::format("{}%", milli_cores / 10);
    return fmt::format("{}.{}%", milli_cores / 10, milli_cores % 10);
}

base::Result<std::uint64_t> quota_usec_per_sec(std::string_view text) {
    constexpr std::string_view kWanted = "a share of CPU time such as \"150%\"";
    if (!text.ends_with('%')) return wrong(text, kWanted);
    auto whole = text.substr(0, text.size() - 1);
    std::uint64_t tenths = 0;
    if (whole.size() > 2 && whole[whole.size() - 2] == '.') {
        if (!read_digits(whole.substr(whole.size() - 1), tenths)) return wrong(text, kWanted);
        whole.remove_suffix(2);
    }
    std::uint64_t percent = 0;
    if (!read_digits(whole, percent)) return wrong(text, kWanted);
    // systemd counts hundredths of a percent in an int (basic/percent-util.h).
    if (percent >= INT32_MAX / 100) return wrong(text, "less CPU time");
    const auto usec = percent * (kUsecPerSec / 100) + tenths * (kUsecPerSec / 1000);
    if (usec == 0) return wrong(text, "more than no CPU time");
    return usec;
}

std::string signal_text(int signal) {
    if (signal >= SIGRTMIN) return fmt::format("SIGRTMIN+{}", signal - SIGRTMIN);
    const char* name = ::sigabbrev_np(signal);
    return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("{}", signal);
}

base::Result<int> signal_number(std::string_view text) {
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
        if (signal_text(signal) == text) return signal;
    return wrong(text, "a signal such as \"SIGTERM\"");
}

base::Result<std::uint64_t> number(std::string_view text) {
    if (text == "infinity") return kInfinity;
    std::uint64_t value = 0;
    if (!read_digits(text, value)) return wrong(text, "a whole number");
    return value;
}

}  // namespace podd::unit
