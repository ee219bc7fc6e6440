// SPDX-License-Identifier: LGPL-2.1-or-later
// Routes of this host that lead to addresses of pods.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "netlink.h"
#include "network/address.h"

namespace podd::network_service {

struct HostRoute {
    std::uint32_t interface = 0;  // 0: several
    std::string network;          // "10.80.0.0/20"
    bool is_single = false;       // to one address alone
    bool is_ipv6 = false;
};

/// Those into the pool, of all tables: the whole of it or a part. Not those that lead to more, such
/// as the default route: the kernel goes by the longest prefix, and so by the pods' own.
base::Result<std::vector<HostRoute>> routes_into(Netlink& host, const network::Pool& pool);

}  // namespace podd::network_service
