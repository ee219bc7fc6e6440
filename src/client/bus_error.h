// SPDX-License-Identifier: LGPL-2.1-or-later
// Errors of ours as D-Bus errors, and D-Bus errors of anybody as ours.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"
#include "client/sdbus_compat.h"

namespace podd::client {

/// "org.podd1.Error.NotFound" and its like; kDenied is org.freedesktop.DBus.Error.AccessDenied,
/// which every client knows.
std::string_view bus_error_name(base::ErrorCode code);
sdbus::Error to_bus_error(const base::Error& error);

/// The other way, also for errors of systemd, polkit, machined and the bus itself. Names that
/// nobody listed become kIo, as a remote failure of unknown kind.
base::ErrorCode error_code(std::string_view bus_error_name);
base::Error from_bus_error(const sdbus::Error& error);

/// Runs a step that talks sdbus-c++, whose exceptions stop here.
template <typename Step>
auto guarded(Step step) -> base::Result<decltype(step())> {
    try {
        if constexpr (std::is_void_v<decltype(step())>) {
            step();
            return {};
        } else {
            return step();
        }
    } catch (const sdbus::Error& error) {
        return from_bus_error(error);
    }
}

}  // namespace podd::client
