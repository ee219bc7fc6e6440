// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/firewall.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network/verdict.h"

namespace podd::network {

namespace {

constexpr const char* kOurs = "podd-*";
// An interface that no rule names.
constexpr const char* kOther = "?";

struct Way {
    std::string_view hook;
    std::string_view what;  // "it drops ..."
    bool from_pods;
    bool minor;
};

constexpr Way kWays[] = {
    {"forward", "what pods send to other networks", true, false},
    {"forward", "what others send to ports of pods", false, false},
    {"input", "what pods ask of the host, such as its own servers of names", true, true},
    {"output", "what this host sends to pods", false, true},
};

Packet packet_of(const Way& way, const std::string& other, const std::string& pool) {
    const std::string far = way.hook == "forward" ? other : std::string{};
    if (way.from_pods) return {kOurs, far, pool, {}, false};
    return {far, kOurs, {}, pool, way.hook == "forward"};
}

bool drops(const Ruleset& rules, const ChainName& chain, const Way& way, const HostNetwork& host) {
    auto others = host.uplinks;
    if (others.empty()) others.emplace_back(kOther);
    return std::all_of(others.begin(), others.end(), [&](const auto& other) {
        return verdict(rules, chain, packet_of(way, other, host.pool)) == Verdict::kDrop;
    });
}

// What it takes so that both ways pass, of one of those who make rule sets.
struct Owner {
    const Ruleset& rules;
    const ChainName& chain;

    const std::string& family() const { return std::get<0>(chain); }
    const std::string& table() const { return std::get<1>(chain); }
    const std::string& name() const { return std::get<2>(chain); }
    bool has_chain(const char* other) const { return rules.contains({family(), table(), other}); }
    // iptables has such names, and takes a table for broken in which it finds other rules.
    bool is_iptables() const {
        return (family() == "ip" || family() == "ip6") && table() == "filter" &&
               (name() == "FORWARD" || name() == "INPUT" || name() == "OUTPUT");
    }
};

std::string iptables_remedy(const Owner& owner, std::string_view chain,
                            const std::vector<std::string_view>& sides) {
    std::vector<std::string> commands;
    commands.reserve(sides.size());
    for (const auto side : sides)
        commands.push_back(fmt::format("'{} -I {} -{} podd-+ -j ACCEPT'",
                                       owner.family() == "ip" ? "iptables" : "ip6tables", chain,
                                       side.substr(0, 1)));
    return fmt::format("{}", fmt::join(commands, " and "));
}

std::string remedy(const Owner& owner, std::string_view hook) {
    std::vector<std::string_view> sides;
    if (hook != "output") sides.emplace_back("iifname");
    if (hook != "input") sides.emplace_back("oifname");
    if (owner.table() == "firewalld")
        return "it is that of firewalld; run 'firewall-cmd --permanent --zone=trusted "
               "--add-interface=podd-+' and 'firewall-cmd --reload'";
    if (owner.is_iptables() && owner.has_chain("ufw-before-forward") && hook == "forward")
        return "it is that of ufw; run 'ufw route allow in on podd-+' and 'ufw route allow out on "
               "podd-+'";
    if (owner.is_iptables() && owner.has_chain("DOCKER-USER") && hook == "forward")
        return fmt::format("it is that of Docker; run {} after each start of Docker",
                           iptables_remedy(owner, "DOCKER-USER", sides));
    if (owner.is_iptables())
        return fmt::format("run {}", iptables_remedy(owner, owner.name(), sides));
    std::vector<std::string> commands;
    commands.reserve(sides.size());
    for (const auto side : sides)
        commands.push_back(fmt::format("'nft insert rule {} {} {} {} \"podd-*\" accept'",
                                       owner.family(), owner.table(), owner.name(), side));
    return fmt::format("run {}, or put it into the file that the rules come from",
                       fmt::join(commands, " and "));
}

bool is_of_others(const ChainName& name, const Chain& chain) {
    const auto& [family, table, own] = name;
    const bool is_ip = family == "ip" || family == "ip6" || family == "inet";
    return is_ip && chain.type == "filter" && !(family == "inet" && table == "podd");
}

}  // namespace

std::vector<FirewallFinding> firewall_findings(const Ruleset& rules, const HostNetwork& host) {
    std::vector<FirewallFinding> found;
    for (const auto& [name, chain] : rules) {
        if (!is_of_others(name, chain)) continue;
        std::vector<std::string_view> dropped;
        bool minor = true;
        for (const auto& way : kWays) {
            if (way.hook != chain.hook || !drops(rules, name, way, host)) continue;
            dropped.push_back(way.what);
            minor = minor && way.minor;
        }
        if (dropped.empty()) continue;
        const auto& [family, table, own] = name;
        found.push_back(
            {fmt::format("table {} {}, chain {} drops {}: {}", family, table, own,
                         fmt::join(dropped, ", and "), remedy({rules, name}, chain.hook)),
             minor});
    }
    return found;
}

}  // namespace podd::network
