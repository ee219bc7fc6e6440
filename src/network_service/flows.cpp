// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flows.h"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace podd::network_service {

using base::Error;
using base::ErrorCode;
using base::Result;
using network::Ipv4;
using network::Ipv6;

namespace {

// Of a filter, that the source of the tuple counts and nothing else of it. Source:
// CTA_FILTER_F_CTA_IP_SRC in net/netfilter/nf_internals.h of Linux, 5.8 and later.
constexpr std::uint32_t kBySource = 1;
// What is asked for is what is asked to be removed, of whatever sort it is.
constexpr std::uint16_t kKept[] = {CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE};
constexpr int kTries = 5;

constexpr std::uint16_t type_of(unsigned message) {
    return static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8U | message);
}

// Attributes of one flow, as the kernel wrote them: enough to name it.
using Flow = std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>>;

struct Direction {
    std::uint16_t tuple;
    std::uint16_t flags;
};
// Whoever began it: an answer comes from the pod where somebody else did.
constexpr Direction kDirections[] = {{CTA_TUPLE_ORIG, CTA_FILTER_ORIG_FLAGS},
                                     {CTA_TUPLE_REPLY, CTA_FILTER_REPLY_FLAGS}};

constexpr std::uint8_t family_of(const Ipv4&) {
    return AF_INET;
}
constexpr std::uint8_t family_of(const Ipv6&) {
    return AF_INET6;
}

void put_family(Message& message, std::uint8_t family) {
    auto& header = message.header<nfgenmsg>();
    header.nfgen_family = family;
    header.version = NFNETLINK_V0;
}

template <typename Address>
void put_filter(Message& message, const Address& source, const Direction& direction) {
    auto* tuple = message.begin(direction.tuple);
    auto* ip = message.begin(CTA_TUPLE_IP);
    message.put(family_of(source) == AF_INET ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, source);
    message.end(ip);
    message.end(tuple);
    auto* filter = message.begin(CTA_FILTER);
    message.put(direction.flags, kBySource);
    message.end(filter);
}

Flow flow_of(const nlmsghdr& answer) {
    Flow flow;
    (void)read_message<nfgenmsg>(answer, [&](unsigned type, const nlattr& attribute) {
        for (const auto kept : kKept) {
            if (type != kept) continue;
            const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(&attribute));
            flow.emplace_back(attribute.nla_type,
                              std::vector(bytes, bytes + mnl_attr_get_payload_len(&attribute)));
        }
    });
    return flow;
}

template <typename Address>
Result<std::vector<Flow>> flows_of(Netlink& netlink, const Address& source,
                                   const Direction& direction) {
    for (int i = 0;; ++i) {
        Message message{type_of(IPCTNL_MSG_CT_GET), NLM_F_DUMP};
        put_family(message, family_of(source));
        put_filter(message, source, direction);
        std::vector<Flow> flows;
        const auto asked =
            netlink.ask(message, "listing connections of a pod", [&](const nlmsghdr& answer) {
                if (answer.nlmsg_type == type_of(IPCTNL_MSG_CT_NEW))
                    flows.push_back(flow_of(answer));
            });
        if (asked) return flows;
        if (asked.error().sys_errno() != EINTR || i == kTries) return asked.error();
    }
}

Result<> remove(Netlink& netlink, std::uint8_t family, const Flow& flow) {
    Message message{type_of(IPCTNL_MSG_CT_DELETE), 0};
    put_family(message, family);
    for (const auto& [type, bytes] : flow)
        message.put(type, bytes);
    auto done = netlink.ask(message, "forgetting a connection of a pod");
    // Its time had come meanwhile.
    if (!done && done.error().sys_errno() == ENOENT) return {};
    return done;
}

template <typename Address>
Result<> forget_all(Netlink& netlink, const Address& source) {
    for (const auto& direction : kDirections)
        for (const auto& flow : TRY(flows_of(netlink, source, direction)))
            TRY(remove(netlink, family_of(source), flow));
    return {};
}

}  // namespace

Result<Flows> Flows::open() {
    Flows flows {
        TRY(Netlink::open(NETLINK_NETFILTER))
    };
    // Nobody has that address. At the end of a pod it would be too late to say so.
    const auto asked = flows_of(flows.netlink_, Ipv4{}, kDirections[0]);
    if (asked) return flows;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("this kernel does not list connections, see CONFIG_NF_CT_NETLINK: {}",
                             asked.error().message())};
}

Result<> Flows::forget(const network::Connection& pod) {
    TRY(forget_all(netlink_, pod.ipv4));
    if (pod.ipv6) TRY(forget_all(netlink_, *pod.ipv6));
    return {};
}

}  // namespace podd::network_service
