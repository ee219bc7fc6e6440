// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"

#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/unique_fd.h"

namespace podd::base {

namespace {

LogLevel g_level = LogLevel::kInfo;

// A message that cannot be written has nowhere else to go.
void put(int fd, std::string_view text) {
    (void)!::write(fd, text.data(), text.size());
}

}  // namespace

LogLevel log_level() {
    return g_level;
}

void set_log_level(LogLevel level) {
    g_level = level;
}

void log_line(LogLevel level, std::string_view line) {
    if (level > g_level) return;
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const auto prefix = terminal ? std::string{} : fmt::format("<{}>", static_cast<int>(level));
    put(STDERR_FILENO, fmt::format("{}{}\n", prefix, printable(line)));
}

void log_kmsg(LogLevel level, std::string_view identifier, std::string_view line) {
    const UniqueFd kmsg{::open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!kmsg) return log_line(level, fmt::format("{}: {}", identifier, line));
    // One record holds at most 1024 - prefix bytes (LOG_LINE_MAX, kernel/printk).
    put(kmsg.get(), fmt::format("<{}>{}[{}]: {}\n", static_cast<int>(level), identifier, ::getpid(),
                                printable(line.substr(0, 900))));
}

}  // namespace podd::base
