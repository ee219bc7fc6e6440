// SPDX-License-Identifier: LGPL-2.1-or-later
// The terminal that somebody sits at, while another one is shown on it.
#pragma once

#include <chrono>
#include <string_view>

#include <termios.h>

#include "base/pinned.h"

namespace podd::podctl {

/// Every key goes on as it is, until the end of this object.
class RawTerminal : private base::Pinned {
public:
    RawTerminal();
    ~RawTerminal();

private:
    termios before_{};
    bool changed_ = false;
};

/// Size of the terminal at standard input to that of `fd`.
void copy_window_size(int fd);

/// "^]" three times within a second. Source: machinectl(1), "shell".
class EscapeKeys {
public:
    /// Whether these bytes complete it.
    bool in(std::string_view keys, std::chrono::steady_clock::time_point now);

private:
    int count_ = 0;
    std::chrono::steady_clock::time_point first_;
};

}  // namespace podd::podctl
