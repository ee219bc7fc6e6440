// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/raw_terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace podd::podctl {

namespace {
constexpr char kEscape = ']' & 0x1f;
constexpr int kTimes = 3;
constexpr std::chrono::seconds kWithin{1};
}  // namespace

RawTerminal::RawTerminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) < 0) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

RawTerminal::~RawTerminal() {
    if (changed_) (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void copy_window_size(int fd) {
    winsize size{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) (void)::ioctl(fd, TIOCSWINSZ, &size);
}

bool EscapeKeys::in(std::string_view keys, std::chrono::steady_clock::time_point now) {
    for (const char key : keys) {
        if (key != kEscape) {
            count_ = 0;
            continue;
        }
        if (count_ == 0 || now - first_ > kWithin) {
            count_ = 0;
            first_ = now;
        }
        if (++count_ == kTimes) return true;
    }
    return false;
}

}  // namespace podd::podctl
