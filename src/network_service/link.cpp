// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <unistd.h>

#include "interface.h"

namespace podd::network_service {

using base::Error;
using base::ErrorCode;
using base::Result;
using network::Connection;
using network::End;
using network::Ipv4;
using network::Ipv6;
using network::Pool;

namespace {

constexpr std::uint16_t kNew = NLM_F_CREATE | NLM_F_EXCL;
constexpr int kTries = 5;

// Made from the pod's side: then one socket there is all that is needed of it.
Result<> make_pair(Netlink& pod, std::uint32_t mtu, const Connection& connection) {
    const auto name = network::link_name(connection.pod);
    Message message{RTM_NEWLINK, kNew};
    message.header<ifinfomsg>().ifi_family = AF_UNSPEC;
    message.put(IFLA_IFNAME, std::string{network::kPodInterface});
    message.put(IFLA_ADDRESS, mac_of(connection.ipv4, End::kPod));
    if (mtu != 0) message.put(IFLA_MTU, mtu);
    auto* info = message.begin(IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, std::string{"veth"});
    auto* data = message.begin(IFLA_INFO_DATA);
    auto* peer = message.begin(VETH_INFO_PEER);
    message.header<ifinfomsg>().ifi_family = AF_UNSPEC;
    message.put(IFLA_IFNAME, name);
    message.put(IFLA_ADDRESS, mac_of(connection.ipv4, End::kHost));
    if (mtu != 0) message.put(IFLA_MTU, mtu);
    message.put(IFLA_NET_NS_PID, static_cast<std::uint32_t>(::getpid()));
    message.end(peer);
    message.end(data);
    message.end(info);
    return pod.ask(message, fmt::format("making interface \"{}\"", name));
}

constexpr std::uint8_t family_of(const Ipv4&) {
    return AF_INET;
}
constexpr std::uint8_t family_of(const Ipv6&) {
    return AF_INET6;
}

// Of IPv4 with a route to the other end, if `other` is not the same.
template <typename Address>
Result<> add_address(Netlink& netlink, std::uint32_t interface, const Address& own,
                     const Address& other) {
    Message message{RTM_NEWADDR, kNew};
    auto& header = message.header<ifaddrmsg>();
    header.ifa_family = family_of(own);
    header.ifa_prefixlen = static_cast<std::uint8_t>(own.size() * 8);
    header.ifa_scope = RT_SCOPE_UNIVERSE;
    header.ifa_index = interface;
    if (family_of(own) == AF_INET6) header.ifa_flags = IFA_F_NODAD;  // nobody else is there
    message.put(IFA_LOCAL, own);
    message.put(IFA_ADDRESS, other);
    return netlink.ask(message, fmt::format("adding address {}", network::text(own)));
}

// For ever, so that no answer of the pod's can change it.
template <typename Address>
Result<> add_neighbor(Netlink& netlink, std::uint32_t interface, const Address& address,
                      const network::Mac& mac) {
    Message message{RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE};
    auto& header = message.header<ndmsg>();
    header.ndm_family = family_of(address);
    header.ndm_ifindex = static_cast<int>(interface);
    header.ndm_state = NUD_PERMANENT;
    message.put(NDA_DST, address);
    message.put(NDA_LLADDR, mac);
    return netlink.ask(message, fmt::format("adding neighbor {}", network::text(address)));
}

Message& route_message(Message& message, std::uint8_t family, unsigned length,
                       std::uint32_t interface) {
    auto& header = message.header<rtmsg>();
    header.rtm_family = family;
    header.rtm_dst_len = static_cast<std::uint8_t>(length);
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_scope = RT_SCOPE_UNIVERSE;
    header.rtm_type = RTN_UNICAST;
    message.put(RTA_OIF, interface);
    return message;
}

template <typename Address>
Result<> add_default_route(Netlink& pod, std::uint32_t interface, const Address& gateway) {
    Message message{RTM_NEWROUTE, kNew};
    route_message(message, family_of(gateway), 0, interface).put(RTA_GATEWAY, gateway);
    return pod.ask(message, fmt::format("adding the route by {}", network::text(gateway)));
}

Result<> add_route(Netlink& netlink, std::uint32_t interface, const Ipv6& other) {
    Message message{RTM_NEWROUTE, kNew};
    route_message(message, AF_INET6, 128, interface).put(RTA_DST, other);
    return netlink.ask(message, fmt::format("adding the route to {}", network::text(other)));
}

struct EndOfLink {
    Netlink& netlink;
    std::uint32_t interface;
    network::Mac other_mac;
};

Result<> set_addresses(const EndOfLink& end, const Ipv4& own, const Ipv4& other) {
    TRY(add_address(end.netlink, end.interface, own, other));
    return add_neighbor(end.netlink, end.interface, other, end.other_mac);
}

// Of IPv6, the kernel would add the route some time later.
Result<> set_addresses(const EndOfLink& end, const Ipv6& own, const Ipv6& other) {
    TRY(add_address(end.netlink, end.interface, own, own));
    TRY(add_route(end.netlink, end.interface, other));
    return add_neighbor(end.netlink, end.interface, other, end.other_mac);
}

Result<> set_up_host(Netlink& host, const Pool& pool, const Connection& connection) {
    const EndOfLink end{host, connection.interface, mac_of(connection.ipv4, End::kPod)};
    TRY(set_alias(host, end.interface, connection.pod));
    TRY(no_own_addresses(host, end.interface));
    TRY(bring_up(host, end.interface));
    TRY(set_addresses(end, pool.ipv4(Pool::kGateway), connection.ipv4));
    if (connection.ipv6) TRY(set_addresses(end, pool.ipv6(Pool::kGateway), *connection.ipv6));
    return {};
}

Result<> set_up_pod(Netlink& pod, const Pool& pool, const Connection& connection) {
    const auto found = TRY(find_interface(pod, network::kPodInterface));
    if (!found) return Error{ErrorCode::kInternal, "the pod's interface is gone"};
    const EndOfLink end{pod, found->index, mac_of(connection.ipv4, End::kHost)};
    TRY(no_own_addresses(pod, end.interface));
    TRY(bring_up(pod, end.interface));
    const auto gateway = pool.ipv4(Pool::kGateway);
    TRY(set_addresses(end, connection.ipv4, gateway));
    TRY(add_default_route(pod, end.interface, gateway));
    if (!connection.ipv6) return {};
    const auto gateway6 = pool.ipv6(Pool::kGateway);
    TRY(set_addresses(end, *connection.ipv6, gateway6));
    return add_default_route(pod, end.interface, gateway6);
}

void copy(Ipv4& address, const nlattr& attribute) {
    if (mnl_attr_get_payload_len(&attribute) == address.size())
        std::memcpy(address.data(), mnl_attr_get_payload(&attribute), address.size());
}

}  // namespace

Result<std::vector<HostAddress>> host_addresses(Netlink& host) {
    for (int i = 0;; ++i) {
        Message message{RTM_GETADDR, NLM_F_DUMP};
        message.header<ifaddrmsg>().ifa_family = AF_INET;
        std::vector<HostAddress> addresses;
        const auto asked =
            host.ask(message, "listing the host's addresses", [&](const nlmsghdr& answer) {
                if (answer.nlmsg_type != RTM_NEWADDR) return;
                HostAddress one;
                const auto& header =
                    read_message<ifaddrmsg>(answer, [&](unsigned type, const nlattr& attribute) {
                        if (type == IFA_LOCAL) copy(one.own, attribute);
                        if (type == IFA_ADDRESS) copy(one.peer, attribute);
                    });
                one.interface = header.ifa_index;
                one.prefix_length = header.ifa_prefixlen;
                addresses.push_back(one);
            });
        if (asked) return addresses;
        // Something was changed in the middle of the list.
        if (asked.error().sys_errno() != EINTR || i == kTries) return asked.error();
    }
}

Result<> make_link(Netlink& host, Netlink& pod, const Pool& pool, std::uint32_t mtu,
                   Connection& connection) {
    TRY(make_pair(pod, mtu, connection));
    const auto name = network::link_name(connection.pod);
    const auto found = TRY(find_interface(host, name));
    if (!found) return Error{ErrorCode::kInternal, fmt::format("\"{}\" is gone", name)};
    connection.interface = found->index;
    TRY_CONTEXT(set_up_host(host, pool, connection), "\"{}\"", name);
    TRY_CONTEXT(set_up_pod(pod, pool, connection), "\"{}\" in the pod", network::kPodInterface);
    return {};
}

Result<> remove_link(Netlink& host, const std::string& pod) {
    return remove_interface(host, network::link_name(pod), pod);
}

}  // namespace podd::network_service
