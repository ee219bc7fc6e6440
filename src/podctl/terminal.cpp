// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/terminal.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include <unistd.h>

#include "base/json.h"
#include "client/bus_error.h"

namespace podd::podctl {

namespace {

bool colours_wanted(int fd) {
    // Read once, before anything else runs: one thread.
    const char* forced = std::getenv("SYSTEMD_COLORS");  // NOLINT(concurrency-mt-unsafe)
    if (forced != nullptr) {
        const std::string_view value{forced};
        if (value == "0" || value == "no" || value == "false") return false;
        if (value == "1" || value == "yes" || value == "true") return true;
    }
    if (std::getenv("NO_COLOR") != nullptr) return false;  // NOLINT(concurrency-mt-unsafe)
    const char* term = std::getenv("TERM");                // NOLINT(concurrency-mt-unsafe)
    return ::isatty(fd) == 1 && term != nullptr && std::string_view{term} != "dumb";
}

}  // namespace

std::string_view style(Style wanted) {
    static const bool colours = colours_wanted(STDOUT_FILENO);
    if (!colours) return "";
    switch (wanted) {
        case Style::kPlain: return "\033[0m";
        case Style::kBold: return "\033[1m";
        case Style::kGreen: return "\033[1;32m";
        case Style::kRed: return "\033[1;31m";
        case Style::kYellow: return "\033[1;33m";
        case Style::kGrey: return "\033[90m";
    }
    return "";
}

bool has_colours_on_error() {
    static const bool colours = colours_wanted(STDERR_FILENO);
    return colours;
}

std::string local_time(std::uint64_t realtime_usec) {
    if (realtime_usec == 0) return "-";
    const auto seconds = static_cast<std::time_t>(realtime_usec / 1'000'000);
    std::tm parts{};
    if (::localtime_r(&seconds, &parts) == nullptr) return "-";
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%a %Y-%m-%d %H:%M:%S %Z", &parts);
    return {text, length};
}

std::string time_ago(std::uint64_t realtime_usec) {
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    const std::uint64_t then = realtime_usec / 1'000'000;
    const std::uint64_t seconds = now > then ? now - then : 0;
    if (seconds < 60) return fmt::format("{}s ago", seconds);
    if (seconds < 3600) return fmt::format("{}min {}s ago", seconds / 60, seconds % 60);
    if (seconds < 86400) return fmt::format("{}h {}min ago", seconds / 3600, seconds / 60 % 60);
    return fmt::format("{} days ago", seconds / 86400);
}

std::string short_id(const std::string& id, bool full) {
    static constexpr std::size_t kAlgorithmAndDigits = 7 + 12;
    return full ? id : id.substr(0, kAlgorithmAndDigits);
}

void print_error(const base::Error& error, JsonMode json) {
    if (json != JsonMode::kOff) {
        base::Json inner;
        inner.add("code", client::bus_error_name(error.code()));
        inner.add("message", error.message());
        base::Json outer;
        outer.add("error", std::move(inner));
        fmt::print(stderr, "{}\n", outer.str(json == JsonMode::kPretty ? 2 : 0));
        return;
    }
    std::string_view rest{error.message()};
    bool first = true;
    while (first || !rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        fmt::print(stderr, "{}{}\n", first ? "podctl: " : "", printable(line));
        first = false;
    }
}

}  // namespace podd::podctl
