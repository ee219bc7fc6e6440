// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pod_networks.h"

#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "podctl/terminal.h"

namespace podd::podctl {

std::vector<PodNetwork> pod_networks(Manager& manager, const std::string& pod) {
    constexpr std::uint64_t kNotInteractive = 0;
    std::vector<PodNetwork> networks;
    const auto rows =
        client::guarded([&] { return manager.ListPodInterfaces(pod, kNotInteractive); });
    if (!rows) {
        // It may have ended by now.
        const auto code = rows.error().code();
        if (code != base::ErrorCode::kDenied && code != base::ErrorCode::kNotFound)
            fmt::print(stderr, "The networks of pod \"{}\" are not known: {}\n", pod,
                       printable(rows.error().message()));
        return networks;
    }
    for (const auto& row : *rows) {
        const auto& [network, interface, addresses] = client::as_tuple(row);
        networks.push_back({network, interface, addresses});
    }
    return networks;
}

std::string network_text(const PodNetwork& network) {
    std::string text = network.network;
    if (!network.interface.empty()) text += ", " + network.interface;
    for (const auto& address : network.addresses)
        text += " " + address;
    return text;
}

base::Json as_json(const std::vector<PodNetwork>& networks) {
    base::Json::Array list;
    for (const auto& one : networks) {
        base::Json entry;
        entry.add("network", one.network);
        entry.add("interface", one.interface);
        entry.add("addresses", base::Json::Array(one.addresses.begin(), one.addresses.end()));
        list.push_back(std::move(entry));
    }
    return base::Json{std::move(list)};
}

}  // namespace podd::podctl
