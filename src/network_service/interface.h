// SPDX-License-Identifier: LGPL-2.1-or-later
// Network interfaces, whatever they are for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "netlink.h"

namespace podd::network_service {

struct Interface {
    std::uint32_t index = 0;
    std::string name;
    std::string alias;  // see alias_of()
    std::string kind;   // "veth"; empty: hardware
    bool is_up = false;
};

/// "ip link" shows it; it also tells what is ours from somebody else's.
std::string alias_of(const std::string& pod);

/// Nothing where no interface is so called.
base::Result<std::optional<Interface>> find_interface(Netlink& netlink, const std::string& name);

/// All of them.
base::Result<std::vector<Interface>> interfaces(Netlink& netlink);

/// Gives `message` a header for the interface, with these flags set.
Message& of_interface(Message& message, std::uint32_t index, unsigned flags = 0);

base::Result<> set_alias(Netlink& netlink, std::uint32_t index, const std::string& pod);
/// All addresses are given by us: none of its own, which nobody could check. Where IPv6 is turned
/// off there are no such addresses.
base::Result<> no_own_addresses(Netlink& netlink, std::uint32_t index);
base::Result<> bring_up(Netlink& netlink, std::uint32_t index);

/// Takes an interface of the pod's away with all that hangs on it; none is success. Errors:
/// kConflict when one of that name belongs to somebody else.
base::Result<> remove_interface(Netlink& netlink, const std::string& name, const std::string& pod);

}  // namespace podd::network_service
