// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/progress.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/notify.h"
#include "podctl/terminal.h"

namespace podd::podctl {

namespace {

constexpr std::string_view kClearToEnd = "\033[J";

// Whether there is a terminal that knows how to go up a line. No colours are no reason not to draw.
bool can_draw() {
    const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): one thread
    return ::isatty(STDERR_FILENO) == 1 && term != nullptr && *term != '\0' &&
           std::string_view{term} != "dumb";
}

Screen screen() {
    Screen screen;
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
        if (size.ws_col > 0) screen.columns = size.ws_col;
        if (size.ws_row > 0) screen.rows = size.ws_row;
    }
    screen.colours = has_colours_on_error();
    return screen;
}

// To the beginning of what was drawn. On a terminal that has become narrower a line may now take
// several rows.
std::string back_over(const std::vector<std::size_t>& lines, std::size_t columns) {
    std::size_t rows = 0;
    for (const std::size_t line : lines)
        rows += line == 0 ? 1 : (line + columns - 1) / columns;
    std::string text{"\r"};
    if (rows > 1) text += fmt::format("\033[{}A", rows - 1);
    return text;
}

}  // namespace

ProgressLine::ProgressLine(const char* doing, const std::string& what, bool quiet)
    : doing_{doing}, what_{printable(what)}, quiet_{quiet}, draws_{!quiet && can_draw()} {}

void ProgressLine::show(TransferState state) {
    if (state.phase.empty()) return;  // the image is there, nothing is done
    if (!quiet_ && !draws_) {
        if (state_.phase.empty()) fmt::print(stderr, "{} {}\n", doing_, what_);
        for (const auto& line : plain_lines(state_, state))
            fmt::print(stderr, "{}: {}\n", what_, line);
    }
    state_ = std::move(state);
    if (draws_) draw();
    tell_manager();
}

void ProgressLine::redraw() {
    if (draws_ && !drawn_.empty()) draw();
}

void ProgressLine::draw() {
    const Screen now = screen();
    std::string text = back_over(drawn_, now.columns);
    text += kClearToEnd;
    drawn_.clear();
    for (const auto& line : bars(what_, state_, now)) {
        if (!drawn_.empty()) text += '\n';
        text += line;
        drawn_.push_back(columns_of(line));
    }
    fmt::print(stderr, "{}", text);
    (void)std::fflush(stderr);
}

void ProgressLine::tell_manager() {
    auto text = status_line(what_, state_);
    if (text == status_) return;
    status_ = std::move(text);
    (void)base::notify(fmt::format("STATUS={}", status_)).has_value();
}

void ProgressLine::say(const std::string& text) {
    if (quiet_) return;
    clear();
    fmt::print(stderr, "{}: {}\n", what_, printable(text));
}

void ProgressLine::clear() {
    if (drawn_.empty()) return;
    fmt::print(stderr, "{}{}", back_over(drawn_, screen().columns), kClearToEnd);
    (void)std::fflush(stderr);
    drawn_.clear();
}

}  // namespace podd::podctl
