// SPDX-License-Identifier: LGPL-2.1-or-later
// One line for the administrator, where the journal or the kernel log will find it.
#pragma once

#include <string>
#include <string_view>

namespace podd::base {

/// Levels of syslog(3), as sd-daemon(3) writes them in front of a line.
enum class LogLevel : unsigned char {
    kError = 3,
    kWarning = 4,
    kNotice = 5,
    kInfo = 6,
    kDebug = 7
};

/// What log_line() says: this level and what is more urgent. At first kInfo.
LogLevel log_level();
void set_log_level(LogLevel level);

/// To standard error, if log_level() is not below `level`: with "<N>" in front when that is not a
/// terminal, so that systemd keeps the level. `line` is made printable().
void log_line(LogLevel level, std::string_view line);

/// To /dev/kmsg as "IDENTIFIER[PID]: line", for what runs before the journal
/// (systemd.generator(7)); to standard error where there is none.
void log_kmsg(LogLevel level, std::string_view identifier, std::string_view line);

}  // namespace podd::base
