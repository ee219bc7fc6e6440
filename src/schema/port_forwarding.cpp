// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/port_forwarding.h"

#include "schema/json_node.h"

namespace podd::schema {

base::Result<> check_forwarded(std::string_view protocol, std::string_view host_ip) {
    if (protocol != "tcp" && protocol != "udp")
        return found_wanted("a port of protocol " + quoted(protocol),
                            "\"tcp\" or \"udp\": this version forwards no other");
    if (host_ip.starts_with("127."))
        return found_wanted("the loopback address " + quoted(host_ip),
                            "another address of the host: this version forwards no port there");
    return {};
}

}  // namespace podd::schema
