// SPDX-License-Identifier: LGPL-2.1-or-later
#include "routes.h"

#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include <linux/rtnetlink.h>

namespace podd::network_service {

using base::Result;
using network::Ipv4;
using network::Ipv6;
using network::Pool;

namespace {

constexpr int kTries = 5;

// Not what is for groups; not what was learnt of a path; not those that lead nowhere, which keep
// what is meant for pods on this host when there is none.
bool leads_somewhere(const rtmsg& header) {
    return (header.rtm_type == RTN_UNICAST || header.rtm_type == RTN_LOCAL) &&
           (header.rtm_flags & RTM_F_CLONED) == 0;
}

template <typename Address>
std::optional<HostRoute> route_into(const Pool& pool, const nlmsghdr& answer) {
    Address network{};  // without RTA_DST, all
    HostRoute route;
    const auto& header = read_message<rtmsg>(answer, [&](unsigned type, const nlattr& attribute) {
        const auto size = mnl_attr_get_payload_len(&attribute);
        if (type == RTA_DST && size == network.size())
            std::memcpy(network.data(), mnl_attr_get_payload(&attribute), size);
        if (type == RTA_OIF && size == sizeof route.interface)
            route.interface = mnl_attr_get_u32(&attribute);
    });
    const unsigned length = header.rtm_dst_len;
    if (!leads_somewhere(header) || !pool.contains(network, length)) return std::nullopt;
    route.network = fmt::format("{}/{}", network::text(network), length);
    route.is_single = length == network.size() * 8;
    route.is_ipv6 = header.rtm_family == AF_INET6;
    return route;
}

template <typename Address>
Result<> add_routes(Netlink& host, const Pool& pool, std::uint8_t family,
                    std::vector<HostRoute>& routes) {
    for (int i = 0;; ++i) {
        Message message{RTM_GETROUTE, NLM_F_DUMP};
        message.header<rtmsg>().rtm_family = family;
        const auto asked =
            host.ask(message, "listing the host's routes", [&](const nlmsghdr& answer) {
                if (answer.nlmsg_type != RTM_NEWROUTE) return;
                if (auto route = route_into<Address>(pool, answer)) routes.push_back(*route);
            });
        // Where one protocol of routing never rests, what was seen in all these lists is enough.
        if (asked || (asked.error().sys_errno() == EINTR && i == kTries)) return {};
        if (asked.error().sys_errno() != EINTR) return asked.error();
    }
}

}  // namespace

Result<std::vector<HostRoute>> routes_into(Netlink& host, const Pool& pool) {
    std::vector<HostRoute> routes;
    TRY(add_routes<Ipv4>(host, pool, AF_INET, routes));
    if (pool.has_ipv6) TRY(add_routes<Ipv6>(host, pool, AF_INET6, routes));
    return routes;
}

}  // namespace podd::network_service
