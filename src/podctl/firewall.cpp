// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/firewall.h"

#include <sstream>

#include <fmt/format.h>

#include <unistd.h>

#include "base/file.h"
#include "network/firewall.h"
#include "network/settings.h"
#include "network/uplinks.h"
#include "podctl/nftables_list.h"

namespace podd::podctl {

namespace {

constexpr std::size_t kMaxFile = std::size_t{16} * 1024 * 1024;

std::string text_of(const char* path) {
    auto text = base::read_file(path, kMaxFile);
    return text ? *std::move(text) : std::string{};
}

// The tables that iptables-legacy has; nftables does not see them.
bool has_legacy_filter(const char* path) {
    std::istringstream lines{text_of(path)};
    for (std::string line; std::getline(lines, line);)
        if (line == "filter") return true;
    return false;
}

void look(FirewallFindings& found) {
    const auto listed = list_ruleset();
    const auto rules = listed ? network::parse_ruleset(*listed)
                              : base::Result<network::Ruleset>{base::Error{listed.error()}};
    if (!rules) {
        found.notes.push_back(
            fmt::format("the rules of this host were not looked at: {}", rules.error().message()));
        return;
    }
    // What is wrong with settings is said elsewhere.
    const auto settings = network::read_settings({});
    const network::HostNetwork host{
        (settings ? settings->pool : network::Pool{}).ipv4_text(),
        network::uplinks(text_of("/proc/net/route"), text_of("/proc/net/ipv6_route"))};
    for (const auto& one : network::firewall_findings(*rules, host))
        (one.is_minor ? found.notes : found.warnings).push_back(one.text);
}

}  // namespace

FirewallFindings firewall() {
    FirewallFindings found;
    if (::geteuid() == 0)
        look(found);
    else
        found.notes.emplace_back("the rules of this host were not looked at: only root may");
    for (const auto* path : {"/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"})
        if (has_legacy_filter(path))
            found.notes.push_back(fmt::format(
                "{}: rules of iptables-legacy were not looked at: 'iptables-legacy -S' shows them",
                path));
    return found;
}

}  // namespace podd::podctl
