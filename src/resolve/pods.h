// SPDX-License-Identifier: LGPL-2.1-or-later
// The pods with a link to the host: who asks, and whom a name or an address stands for; pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "network/address.h"
#include "network/connection.h"

namespace podd::resolve {

using Address = std::variant<network::Ipv4, network::Ipv6>;

class Pods {
public:
    Pods() = default;
    explicit Pods(std::vector<network::Connection> pods);

    /// Nothing: no pod is so called, or has that address.
    const network::Connection* by_name(std::string_view name) const;
    const network::Connection* by_address(const Address& address) const;

private:
    std::vector<network::Connection> pods_;
    std::map<std::string, std::size_t, std::less<>> names_;
    std::map<Address, std::size_t> addresses_;
};

}  // namespace podd::resolve
