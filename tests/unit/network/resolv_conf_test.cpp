// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/resolv_conf.h"

#include <doctest/doctest.h>

using podd::network::pod_resolv_conf;

TEST_CASE("servers that a pod can reach") {
    constexpr const char* kResolved = "nameserver 192.0.2.7\nsearch of.resolved\n";
    const struct {
        const char* name;
        const char* host;
        const char* resolved;
        const char* text;
        std::vector<std::string> servers;
    } cases[] = {
        {"the host's own",
         "# comment\n; another\nnameserver 192.0.2.1\nnameserver\t2001:db8::53 \r\nsearch a b\n"
         "options edns0\nsortlist 1.2.3.0",
         kResolved,
         "nameserver 192.0.2.1\nnameserver 2001:db8::53\nsearch a b\noptions edns0\n",
         {"192.0.2.1", "2001:db8::53"}},
        {"the stub of resolved",
         "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n",
         kResolved,
         "nameserver 192.0.2.7\nsearch of.resolved\n",
         {"192.0.2.7"}},
        {"one of two at loopback",
         "nameserver ::1\nnameserver 192.0.2.1",
         kResolved,
         "nameserver 192.0.2.1\n",
         {"192.0.2.1"}},
        {"a server of the host's link alone",
         "nameserver fe80::1%eth0\n",
         "nameserver fe80::1%eth0\n",
         "",
         {}},
        {"a server of the host's own and no resolved",
         "nameserver 127.0.0.1\nsearch lan\n",
         "",
         "search lan\n",
         {}},
        {"0.0.0.0 means this host",
         "nameserver 0.0.0.0\n",
         kResolved,
         "nameserver 192.0.2.7\nsearch of.resolved\n",
         {"192.0.2.7"}},
        {"no file", "", "", "", {}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const auto made = pod_resolv_conf(one.host, one.resolved);
        CHECK(made.text == one.text);
        CHECK(made.servers == one.servers);
    }
}
