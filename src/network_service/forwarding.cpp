// SPDX-License-Identifier: LGPL-2.1-or-later
#include "forwarding.h"

#include <string>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/log.h"

namespace podd::network_service {

using base::Result;

namespace {

constexpr const char* kIpv4Forwarding = "/proc/sys/net/ipv4/ip_forward";
constexpr const char* kIpv6Forwarding = "/proc/sys/net/ipv6/conf/all/forwarding";
constexpr const char* kIpv6Interfaces = "/proc/sys/net/ipv6/conf";
constexpr std::size_t kMaxValue = 64;

// The number alone; empty where there is no such parameter.
std::string value_of(const std::string& path) {
    auto text = base::read_file(path, kMaxValue);
    return text ? text->substr(0, text->find('\n')) : std::string{};
}

Result<> set_value(const std::string& path, std::string_view value) {
    const auto fd = TRY(base::open_path(path, O_WRONLY));
    return base::write_all(fd.get(), value);
}

Result<> turn_on(const std::string& path) {
    if (value_of(path) != "0") return {};
    TRY_CONTEXT(set_value(path, "1"), "turning on forwarding");
    base::log_line(base::LogLevel::kNotice,
                   fmt::format("\"{}\" was 0 and is 1 now: this host forwards packets", path));
    return {};
}

// A host that forwards listens to routers no more where this is 1, and would lose its own route.
// Source: accept_ra in Documentation/networking/ip-sysctl.rst.
Result<> keep_listening_to_routers() {
    const auto folder = TRY(base::open_path(kIpv6Interfaces, O_RDONLY | O_DIRECTORY));
    for (const auto& interface : TRY(base::list_dir(folder.get()))) {
        const auto path = fmt::format("{}/{}/accept_ra", kIpv6Interfaces, interface);
        if (value_of(path) == "1") TRY_CONTEXT(set_value(path, "2"), "keeping IPv6 routes");
    }
    return {};
}

}  // namespace

bool has_ipv6() {
    return value_of("/proc/sys/net/ipv6/conf/default/disable_ipv6") == "0" &&
           value_of("/proc/sys/net/ipv6/conf/all/disable_ipv6") == "0";
}

Result<> forward(bool ipv6) {
    TRY(turn_on(kIpv4Forwarding));
    if (!ipv6 || value_of(kIpv6Forwarding) != "0") return {};
    TRY(keep_listening_to_routers());
    return turn_on(kIpv6Forwarding);
}

}  // namespace podd::network_service
