// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/resolv_conf.h"

#include <fmt/format.h>

#include "network/address.h"

namespace podd::network {

namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_reachable(std::string_view server) {
    if (const auto ipv4 = parse_ipv4(server)) return !is_loopback(*ipv4) && *ipv4 != Ipv4{};
    // With "%eth0" behind it, it is one of the host's links that is meant.
    const auto ipv6 = parse_ipv6(server);
    return ipv6 && !is_loopback(*ipv6) && !is_link_local(*ipv6) && *ipv6 != Ipv6{};
}

ResolvConf filtered(std::string_view text) {
    ResolvConf out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto key = line.substr(0, line.find_first_of(kBlank));
        const auto value = trimmed(line.substr(key.size()));
        if (key == "nameserver") {
            const auto server = value.substr(0, value.find_first_of(kBlank));
            if (!is_reachable(server)) continue;
            out.servers.emplace_back(server);
            out.text += fmt::format("nameserver {}\n", server);
        } else if (key == "search" || key == "domain" || key == "options") {
            out.text += fmt::format("{} {}\n", key, value);
        }
    }
    return out;
}

}  // namespace

ResolvConf pod_resolv_conf(std::string_view host, std::string_view resolved) {
    auto out = filtered(host);
    if (!out.servers.empty()) return out;
    auto own = filtered(resolved);
    return own.servers.empty() ? out : own;
}

}  // namespace podd::network
