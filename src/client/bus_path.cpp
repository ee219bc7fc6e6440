// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/bus_path.h"

#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <systemd/sd-bus.h>

namespace podd::client {

namespace {

constexpr const char* kUnitPrefix = "/org/freedesktop/systemd1/unit";

struct Free {
    void operator()(char* text) const { std::free(text); }
};
using CString = std::unique_ptr<char, Free>;

}  // namespace

std::string bus_path(std::string_view prefix, std::string_view name) {
    char* raw = nullptr;
    if (sd_bus_path_encode(std::string{prefix}.c_str(), std::string{name}.c_str(), &raw) < 0)
        return std::string{prefix} + "/_";
    const CString path{raw};
    return path.get();
}

std::string pod_path(std::string_view pod) {
    return bus_path(fmt::format("{}/pod", kManagerPath), pod);
}

std::string app_path(std::string_view pod, std::string_view app) {
    return bus_path(pod_path(pod) + "/app", app);
}

std::string image_path(std::string_view id) {
    return bus_path(fmt::format("{}/image", kManagerPath), id);
}

std::string unit_path(std::string_view unit) {
    return bus_path(kUnitPrefix, unit);
}

std::string unit_of_path(const std::string& path) {
    char* raw = nullptr;
    if (sd_bus_path_decode(path.c_str(), kUnitPrefix, &raw) <= 0) return {};
    const CString unit{raw};
    return unit.get();
}

}  // namespace podd::client
