// SPDX-License-Identifier: LGPL-2.1-or-later
// What there is, for those who ask: records, interfaces and rules side by side.
#include <string_view>

#include "connector.h"
#include "interface.h"
#include "network/rules.h"

namespace podd::network_service {

using base::Result;
using network::Connection;
using network::SeenInterface;

namespace {

constexpr std::string_view kAlias = "pod ";

// Nobody else is to give an interface such a name: the rules go by it as well.
bool is_ours(const Interface& interface) {
    const std::string_view name = interface.name;
    return name.starts_with("podd-") || name.starts_with("podd_");
}

std::vector<SeenInterface> seen(const std::vector<Interface>& interfaces,
                                const std::vector<HostAddress>& addresses) {
    std::vector<SeenInterface> found;
    for (const auto& one : interfaces) {
        if (!is_ours(one)) continue;
        auto& there = found.emplace_back(SeenInterface{one.index, one.name, {}, {}});
        if (one.alias.starts_with(kAlias)) there.pod = one.alias.substr(kAlias.size());
        for (const auto& address : addresses)
            if (address.interface == one.index)
                there.addresses.push_back(network::text(address.peer));
    }
    return found;
}

std::vector<std::string> without_rules(Nftables& rules, const std::vector<Connection>& records) {
    std::vector<std::string> pods;
    std::string all;
    for (const auto& record : records)
        all += get_elements(record);
    // Mostly they are all there, and one question is enough.
    if (all.empty() || rules.run(all)) return pods;
    for (const auto& record : records)
        if (!rules.run(get_elements(record))) pods.push_back(record.pod);
    return pods;
}

}  // namespace

Result<std::vector<network::ListedLink>> Connector::list() {
    std::vector<Connection> records;
    for (const auto& [name, record] : records_.all())
        records.push_back(record);
    const auto links = TRY(interfaces(host_));
    const auto addresses = TRY(host_addresses(host_));
    return listed_links(records, seen(links, addresses), without_rules(rules_, records));
}

}  // namespace podd::network_service
