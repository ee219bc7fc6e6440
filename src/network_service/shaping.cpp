// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shaping.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include "interface.h"
#include "network/shaping.h"

namespace podd::network_service {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint16_t kNew = NLM_F_CREATE | NLM_F_EXCL;
constexpr std::uint16_t kPriority = 1;

template <typename Struct>
void put(Message& message, std::uint16_t type, const Struct& value) {
    message.put(type, std::bit_cast<std::array<std::uint8_t, sizeof(Struct)>>(value));
}

// Kernels are built, and minimal ones are shipped, without some of it.
Result<> needs(std::string_view module, Result<> done) {
    if (done) return done;
    const int failed = done.error().sys_errno();
    if (failed != ENOENT && failed != EOPNOTSUPP) return done;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("the kernel of this host has no \"{}\"", module)};
}

tcmsg& queue_header(Message& message, std::uint32_t interface, std::uint32_t parent) {
    auto& header = message.header<tcmsg>();
    header.tcm_family = AF_UNSPEC;
    header.tcm_ifindex = static_cast<int>(interface);
    header.tcm_parent = parent;
    return header;
}

// What leaves the host by an interface waits in a bucket.
Result<> add_bucket(Netlink& host, std::uint32_t interface, std::uint64_t bytes_per_sec) {
    const auto bucket = network::bucket_of(bytes_per_sec);
    Message message{RTM_NEWQDISC, kNew};
    queue_header(message, interface, TC_H_ROOT);
    message.put(TCA_KIND, std::string{"tbf"});
    auto* options = message.begin(TCA_OPTIONS);
    tc_tbf_qopt parameters{};
    parameters.rate.rate =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(bucket.rate, UINT32_MAX));
    parameters.rate.linklayer = TC_LINKLAYER_ETHERNET;
    parameters.limit = bucket.queue;
    put(message, TCA_TBF_PARMS, parameters);
    if (bucket.rate > UINT32_MAX) put(message, TCA_TBF_RATE64, bucket.rate);
    message.put(TCA_TBF_BURST, bucket.burst);
    message.end(options);
    return needs("sch_tbf", host.ask(message, "limiting what an interface sends"));
}

Result<std::uint32_t> make_detour(Netlink& host, const std::string& pod) {
    const auto name = network::shaping_name(pod);
    Message message{RTM_NEWLINK, kNew};
    message.header<ifinfomsg>().ifi_family = AF_UNSPEC;
    message.put(IFLA_IFNAME, name);
    auto* info = message.begin(IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, std::string{"ifb"});
    message.end(info);
    TRY(needs("ifb", host.ask(message, fmt::format("making interface \"{}\"", name))));
    const auto made = TRY(find_interface(host, name));
    if (!made) return Error{ErrorCode::kInternal, fmt::format("\"{}\" is gone", name)};
    TRY(set_alias(host, made->index, pod));
    return made->index;
}

Result<> bring_detour_up(Netlink& host, std::uint32_t detour) {
    TRY(no_own_addresses(host, detour));
    return bring_up(host, detour);
}

// What comes in by an interface can be looked at, and sent elsewhere.
Result<> watch_arrivals(Netlink& host, std::uint32_t interface) {
    Message message{RTM_NEWQDISC, kNew};
    queue_header(message, interface, TC_H_INGRESS).tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0);
    message.put(TCA_KIND, std::string{"ingress"});
    return needs("sch_ingress", host.ask(message, "looking at what an interface receives"));
}

// Any packet: one key, which looks at no bit, and whose match is the end of the search.
auto any_packet() {
    tc_u32_sel selector{};
    selector.nkeys = 1;
    selector.flags = TC_U32_TERMINAL;
    std::array<std::uint8_t, sizeof(tc_u32_sel) + sizeof(tc_u32_key)> bytes{};
    std::memcpy(bytes.data(), &selector, sizeof selector);
    return bytes;
}

Result<> send_by_detour(Netlink& host, std::uint32_t interface, std::uint32_t detour) {
    Message message{RTM_NEWTFILTER, kNew};
    queue_header(message, interface, TC_H_MAKE(TC_H_INGRESS, 0)).tcm_info =
        TC_H_MAKE(std::uint32_t{kPriority} << 16U, htons(ETH_P_ALL));
    message.put(TCA_KIND, std::string{"u32"});
    auto* options = message.begin(TCA_OPTIONS);
    message.put(TCA_U32_SEL, any_packet());
    auto* actions = message.begin(TCA_U32_ACT);
    auto* first = message.begin(1);
    message.put(TCA_ACT_KIND, std::string{"mirred"});
    auto* action = message.begin(TCA_ACT_OPTIONS);
    tc_mirred redirect{};
    redirect.action = TC_ACT_STOLEN;
    redirect.eaction = TCA_EGRESS_REDIR;
    redirect.ifindex = detour;
    put(message, TCA_MIRRED_PARMS, redirect);
    message.end(action);
    message.end(first);
    message.end(actions);
    message.end(options);
    return needs("cls_u32\" or \"act_mirred",
                 host.ask(message, "limiting what an interface receives"));
}

Result<> try_limit(Netlink& host, std::uint32_t interface, const std::string& pod,
                   std::uint64_t bytes_per_sec) {
    const auto detour = TRY(make_detour(host, pod));
    TRY(add_bucket(host, detour, bytes_per_sec));
    TRY(bring_detour_up(host, detour));
    TRY(watch_arrivals(host, interface));
    TRY(send_by_detour(host, interface, detour));
    return add_bucket(host, interface, bytes_per_sec);
}

// Either may not be there.
void take_queues_away(Netlink& host, std::uint32_t interface) {
    for (const std::uint32_t parent : {TC_H_ROOT, TC_H_INGRESS}) {
        Message message{RTM_DELQDISC, 0};
        queue_header(message, interface, parent);
        (void)host.ask(message, "taking a queue away");
    }
}

}  // namespace

Result<> limit_rate(Netlink& host, std::uint32_t interface, const std::string& pod,
                    std::uint64_t bytes_per_sec) {
    auto done = try_limit(host, interface, pod, bytes_per_sec);
    if (done) return done;
    take_queues_away(host, interface);
    TRY(remove_limit(host, pod));
    return done;
}

Result<> remove_limit(Netlink& host, const std::string& pod) {
    return remove_interface(host, network::shaping_name(pod), pod);
}

}  // namespace podd::network_service
