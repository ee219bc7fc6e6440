// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flows.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace podd::network_service {

using base::Result;

namespace {

constexpr int kTries = 5;

constexpr std::uint16_t type_of(unsigned message) {
    return static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8U | message);
}

// What names one flow, as the kernel wrote it.
struct Flow {
    std::uint8_t family = AF_UNSPEC;
    std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> attributes;
};

template <typename Address>
bool is_among(const std::set<Address>& addresses, const nlattr& attribute) {
    Address address{};
    if (mnl_attr_get_payload_len(&attribute) != address.size()) return false;
    std::memcpy(address.data(), mnl_attr_get_payload(&attribute), address.size());
    return addresses.contains(address);
}

// Whether one end of it, in this direction, is one of them.
bool is_of(const Addresses& addresses, const nlattr& tuple) {
    bool found = false;
    read_nest(tuple, [&](unsigned type, const nlattr& part) {
        if (type != CTA_TUPLE_IP) return;
        read_nest(part, [&](unsigned end, const nlattr& address) {
            if (end == CTA_IP_V4_SRC || end == CTA_IP_V4_DST)
                found = found || is_among(addresses.ipv4, address);
            if (end == CTA_IP_V6_SRC || end == CTA_IP_V6_DST)
                found = found || is_among(addresses.ipv6, address);
        });
    });
    return found;
}

void add_if_of(std::vector<Flow>& flows, const Addresses& addresses, const nlmsghdr& answer) {
    Flow flow;
    bool found = false;
    const auto& header = read_message<nfgenmsg>(answer, [&](unsigned type,
                                                            const nlattr& attribute) {
        // Addresses are translated: each direction has its own.
        if (type == CTA_TUPLE_ORIG || type == CTA_TUPLE_REPLY)
            found = found || is_of(addresses, attribute);
        if (type != CTA_TUPLE_ORIG && type != CTA_ID && type != CTA_ZONE) return;
        const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(&attribute));
        flow.attributes.emplace_back(
            attribute.nla_type, std::vector(bytes, bytes + mnl_attr_get_payload_len(&attribute)));
    });
    flow.family = header.nfgen_family;
    if (found) flows.push_back(std::move(flow));
}

void put_family(Message& message, std::uint8_t family) {
    auto& header = message.header<nfgenmsg>();
    header.nfgen_family = family;
    header.version = NFNETLINK_V0;
}

Result<std::vector<Flow>> flows_of(Netlink& netlink, const Addresses& addresses) {
    for (int i = 0;; ++i) {
        Message message{type_of(IPCTNL_MSG_CT_GET), NLM_F_DUMP};
        put_family(message, AF_UNSPEC);
        std::vector<Flow> flows;
        const auto asked = netlink.ask(message, "listing connections", [&](const nlmsghdr& answer) {
            if (answer.nlmsg_type == type_of(IPCTNL_MSG_CT_NEW))
                add_if_of(flows, addresses, answer);
        });
        if (asked) return flows;
        if (asked.error().sys_errno() != EINTR || i == kTries) return asked.error();
    }
}

Result<> remove(Netlink& netlink, const Flow& flow) {
    Message message{type_of(IPCTNL_MSG_CT_DELETE), 0};
    put_family(message, flow.family);
    for (const auto& [type, bytes] : flow.attributes)
        message.put(type, bytes);
    auto done = netlink.ask(message, "forgetting a connection");
    // Its time had come meanwhile.
    if (!done && done.error().sys_errno() == ENOENT) return {};
    return done;
}

}  // namespace

Result<Flows> Flows::open() {
    auto netlink = Netlink::open(NETLINK_NETFILTER);
    if (!netlink)
        return std::move(netlink).error().with_context(
            "the kernel's netfilter, of which nftables is a part");
    return Flows{std::move(*netlink)};
}

Result<> Flows::forget(const Addresses& addresses) {
    const auto flows = TRY(flows_of(netlink_, addresses));
    for (const auto& flow : flows)
        TRY(remove(netlink_, flow));
    return {};
}

}  // namespace podd::network_service
