// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolve/pods.h"

#include <utility>

namespace podd::resolve {

using network::Connection;

Pods::Pods(std::vector<Connection> pods) : pods_{std::move(pods)} {
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        names_.insert_or_assign(pods_[i].pod, i);
        addresses_.insert_or_assign(pods_[i].ipv4, i);
        if (const auto& ipv6 = pods_[i].ipv6) addresses_.insert_or_assign(*ipv6, i);
    }
}

const Connection* Pods::by_name(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &pods_[found->second];
}

const Connection* Pods::by_address(const Address& address) const {
    const auto found = addresses_.find(address);
    return found == addresses_.end() ? nullptr : &pods_[found->second];
}

}  // namespace podd::resolve
