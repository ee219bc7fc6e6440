// SPDX-License-Identifier: LGPL-2.1-or-later
// D-Bus object /org/freedesktop/LogControl1: how much the service says.
#pragma once

#include <string>

#include "base/pinned.h"
#include "client/sdbus_compat.h"
#include "logcontrol1_adaptor.h"  // generated from dbus/org.freedesktop.LogControl1.xml

namespace podd::daemon {

class LogControl final : public sdbus::AdaptorInterfaces<org::freedesktop::LogControl1_adaptor>,
                         private base::Pinned {
public:
    /// `bus` must outlive this object.
    explicit LogControl(sdbus::IConnection& bus);
    ~LogControl();

private:
    std::string LogLevel() override;
    void LogLevel(const std::string& name) override;
    std::string LogTarget() override { return "journal"; }
    void LogTarget(const std::string& name) override;
    std::string SyslogIdentifier() override { return "podd"; }
};

}  // namespace podd::daemon
