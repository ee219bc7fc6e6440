// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include <unistd.h>

#include "podctl/terminal.h"

namespace podd::podctl {

namespace {
constexpr std::string_view kClearLine = "\r\033[K";
constexpr std::size_t kBarCells = 24;
}  // namespace

ProgressLine::ProgressLine(const char* doing, const std::string& what, bool quiet)
    : what_{printable(what)}, quiet_{quiet}, draws_{!quiet && ::isatty(STDERR_FILENO) == 1} {
    if (!quiet && !draws_) fmt::print(stderr, "{} {}\n", doing, what_);
}

void ProgressLine::show(std::uint64_t bytes, std::uint64_t total) {
    if (!draws_) return;
    drawn_ = true;
    if (total == 0) {
        fmt::print(stderr, "{}{} {}", kClearLine, what_, human_bytes(bytes));
    } else {
        const double part = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total));
        const auto full = static_cast<std::size_t>(part * static_cast<double>(kBarCells));
        fmt::print(stderr, "{}{} [{:#<{}}{:.<{}}] {:3.0f}% {}", kClearLine, what_, "", full, "",
                   kBarCells - full, part * 100, human_bytes(bytes));
    }
    (void)std::fflush(stderr);
}

void ProgressLine::say(const std::string& text) {
    if (quiet_) return;
    clear();
    fmt::print(stderr, "{}: {}\n", what_, printable(text));
}

void ProgressLine::clear() {
    if (!drawn_) return;
    fmt::print(stderr, "{}", kClearLine);
    (void)std::fflush(stderr);
    drawn_ = false;
}

}  // namespace podd::podctl
