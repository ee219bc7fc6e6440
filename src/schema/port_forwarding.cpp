// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/port_forwarding.h"

#include "base/ip_address.h"
#include "schema/json_node.h"

namespace podd::schema {

base::Result<> check_forwarded(std::string_view protocol, std::string_view host_ip) {
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp")
        return found_wanted("a port of protocol " + quoted(protocol),
                            "\"tcp\", \"udp\" or \"sctp\"");
    const auto ipv4 = base::parse_ipv4(host_ip);
    const auto ipv6 = base::parse_ipv6(host_ip);
    // Who asks one of a link's own addresses has one as well, and that goes no further.
    if (ipv6 && base::is_link_local(*ipv6))
        return found_wanted("the link-local address " + quoted(host_ip),
                            "an address that is known beyond one link");
    if ((ipv4 && base::is_multicast(*ipv4)) || (ipv6 && base::is_multicast(*ipv6)))
        return found_wanted("the address of a group, " + quoted(host_ip), "an address of the host");
    return {};
}

}  // namespace podd::schema
