// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/log_control.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/log.h"
#include "client/bus_error.h"

namespace podd::daemon {

namespace {

// By their numbers. Source: org.freedesktop.LogControl1(5).
constexpr std::array<std::string_view, 8> kLevels{"emerg",   "alert",  "crit", "err",
                                                  "warning", "notice", "info", "debug"};

[[noreturn]] void refuse(std::string message) {
    throw client::to_bus_error({base::ErrorCode::kInvalidArgument, std::move(message)});
}

}  // namespace

LogControl::LogControl(sdbus::IConnection& bus)
    : AdaptorInterfaces{bus, sdbus::ObjectPath{"/org/freedesktop/LogControl1"}} {
    registerAdaptor();
}

LogControl::~LogControl() {
    unregisterAdaptor();
}

std::string LogControl::LogLevel() {
    return std::string{kLevels[static_cast<std::size_t>(base::log_level())]};
}

void LogControl::LogLevel(const std::string& name) {
    const auto* const found = std::ranges::find(kLevels, name);
    if (found == kLevels.end()) refuse(fmt::format("log level \"{}\" is not known", name));
    base::set_log_level(static_cast<base::LogLevel>(found - kLevels.begin()));
}

void LogControl::LogTarget(const std::string& name) {
    if (name != LogTarget()) refuse("podd logs to the journal only");
}

}  // namespace podd::daemon
