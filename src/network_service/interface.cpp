// SPDX-License-Identifier: LGPL-2.1-or-later
#include "interface.h"

#include <cerrno>

#include <fmt/format.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

namespace podd::network_service {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string alias_of(const std::string& pod) {
    return fmt::format("pod {}", pod);
}

namespace {

constexpr int kTries = 5;

Interface interface_of(const nlmsghdr& answer) {
    Interface one;
    const auto& info = read_message<ifinfomsg>(answer, [&](unsigned type, const nlattr& attribute) {
        if (type == IFLA_IFNAME) one.name = mnl_attr_get_str(&attribute);
        if (type == IFLA_IFALIAS) one.alias = mnl_attr_get_str(&attribute);
        if (type != IFLA_LINKINFO) return;
        read_nest(attribute, [&](unsigned of_kind, const nlattr& kind) {
            if (of_kind == IFLA_INFO_KIND) one.kind = mnl_attr_get_str(&kind);
        });
    });
    one.index = static_cast<std::uint32_t>(info.ifi_index);
    one.is_up = (info.ifi_flags & IFF_UP) != 0;
    return one;
}

}  // namespace

Result<std::optional<Interface>> find_interface(Netlink& netlink, const std::string& name) {
    Message message{RTM_GETLINK, 0};
    message.header<ifinfomsg>().ifi_family = AF_UNSPEC;
    message.put(IFLA_IFNAME, name);
    std::optional<Interface> found;
    const auto asked = netlink.ask(message, fmt::format("looking for interface \"{}\"", name),
                                   [&](const nlmsghdr& answer) {
                                       if (answer.nlmsg_type == RTM_NEWLINK)
                                           found = interface_of(answer);
                                   });
    if (!asked && asked.error().sys_errno() != ENODEV) return asked.error();
    return found;
}

Result<std::vector<Interface>> interfaces(Netlink& netlink) {
    for (int i = 0;; ++i) {
        Message message{RTM_GETLINK, NLM_F_DUMP};
        message.header<ifinfomsg>().ifi_family = AF_UNSPEC;
        std::vector<Interface> all;
        const auto asked =
            netlink.ask(message, "listing the host's interfaces", [&](const nlmsghdr& answer) {
                if (answer.nlmsg_type == RTM_NEWLINK) all.push_back(interface_of(answer));
            });
        if (asked) return all;
        // Something was changed in the middle of the list.
        if (asked.error().sys_errno() != EINTR || i == kTries) return asked.error();
    }
}

Message& of_interface(Message& message, std::uint32_t index, unsigned flags) {
    auto& header = message.header<ifinfomsg>();
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = static_cast<int>(index);
    header.ifi_flags = flags;
    header.ifi_change = flags;
    return message;
}

Result<> set_alias(Netlink& netlink, std::uint32_t index, const std::string& pod) {
    Message message{RTM_NEWLINK, 0};
    of_interface(message, index).put(IFLA_IFALIAS, alias_of(pod));
    return netlink.ask(message, "naming an interface");
}

Result<> no_own_addresses(Netlink& netlink, std::uint32_t index) {
    Message message{RTM_NEWLINK, 0};
    of_interface(message, index);
    auto* families = message.begin(IFLA_AF_SPEC);
    auto* ipv6 = message.begin(AF_INET6);
    message.put(IFLA_INET6_ADDR_GEN_MODE, static_cast<std::uint8_t>(IN6_ADDR_GEN_MODE_NONE));
    message.end(ipv6);
    message.end(families);
    auto done = netlink.ask(message, "turning off link-local addresses");
    if (!done && done.error().sys_errno() == EAFNOSUPPORT) return {};  // there are none anyway
    return done;
}

Result<> bring_up(Netlink& netlink, std::uint32_t index) {
    Message message{RTM_NEWLINK, 0};
    of_interface(message, index, IFF_UP);
    return netlink.ask(message, "bringing an interface up");
}

Result<> remove_interface(Netlink& netlink, const std::string& name, const std::string& pod) {
    const auto found = TRY(find_interface(netlink, name));
    if (!found) return {};
    // One of our kinds without an alias that is not up is ours as well: whoever made it was killed
    // before it could say so.
    const bool is_half_made =
        found->alias.empty() && !found->is_up && (found->kind == "veth" || found->kind == "ifb");
    if (found->alias != alias_of(pod) && !is_half_made)
        return Error{
            ErrorCode::kConflict,
            fmt::format("interface \"{}\" is there already, of {}; rename that one, or the pod",
                        name, found->alias.empty() ? "somebody else" : found->alias)};
    Message message{RTM_DELLINK, 0};
    of_interface(message, found->index);
    auto done = netlink.ask(message, fmt::format("removing interface \"{}\"", name));
    if (!done && done.error().sys_errno() == ENODEV) return {};
    return done;
}

}  // namespace podd::network_service
