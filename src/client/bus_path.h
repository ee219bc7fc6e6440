// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of things as elements of object paths, escaped as systemd does. Source:
// sd_bus_path_encode(3).
#pragma once

#include <string>
#include <string_view>

namespace podd::client {

inline constexpr const char* kBusName = "org.podd1";
inline constexpr const char* kManagerPath = "/org/podd1";

/// "/org/podd1/pod", "a-b" → "/org/podd1/pod/a_2db"
std::string bus_path(std::string_view prefix, std::string_view name);

std::string pod_path(std::string_view pod);
std::string app_path(std::string_view pod, std::string_view app);
std::string image_path(std::string_view id);
/// Object of a unit in systemd.
std::string unit_path(std::string_view unit);

/// The unit of an object path of systemd; empty when the path is none of a unit.
std::string unit_of_path(const std::string& path);

}  // namespace podd::client
