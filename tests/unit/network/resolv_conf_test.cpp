// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/resolv_conf.h"

#include <doctest/doctest.h>

using namespace podd::network;

TEST_CASE("the pod's server is podd's own; behind it are those that other networks reach, if any") {
    constexpr const char* kResolved = "nameserver 192.0.2.7\nsearch of.resolved\n";
    constexpr Ipv4 kServer{10, 80, 0, 1};
    const struct {
        const char* name;
        const char* host;
        const char* resolved;
        const char* text;  // behind the server and the pods' own domain
        std::vector<std::string> servers;
    } cases[] = {
        {"the host's own",
         "# comment\n; another\nnameserver 192.0.2.1\nnameserver\t2001:db8::53 \r\nsearch a b\n"
         "options edns0\nsortlist 1.2.3.0",
         kResolved,
         " a b\noptions edns0\n",
         {"192.0.2.1", "2001:db8::53"}},
        {"the stub of resolved",
         "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n",
         kResolved,
         " of.resolved\n",
         {"192.0.2.7"}},
        {"one of two at loopback",
         "nameserver ::1\nnameserver 192.0.2.1",
         kResolved,
         "\n",
         {"192.0.2.1"}},
        {"a server of the host's link alone",
         "nameserver fe80::1%eth0\n",
         "nameserver fe80::2%eth0\n",
         "\n",
         {"fe80::1%eth0"}},
        {"a server of the host's own and no resolved; the last search list counts",
         "nameserver 127.0.0.1\nsearch a\ndomain lan\n",
         "",
         " lan\n",
         {"127.0.0.1"}},
        {"0.0.0.0 means this host",
         "nameserver 0.0.0.0\n",
         kResolved,
         " of.resolved\n",
         {"192.0.2.7"}},
        {"no file", "", "", "\n", {}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        CHECK(with_server(kServer, pod_resolv_conf(one.host, one.resolved)) ==
              std::string{"nameserver 10.80.0.1\nsearch pod.internal"} + one.text);
        CHECK(name_servers(one.host, one.resolved) == one.servers);
    }
}

TEST_CASE("a pod without a link of podd's asks the host's servers itself") {
    struct Case {
        std::string_view name, host, resolved, text;
    };
    const Case cases[] = {
        {"those of the host, but for its own",
         "nameserver 127.0.0.1\nnameserver 192.0.2.1\nsearch lan\noptions edns0\n", "",
         "nameserver 192.0.2.1\nsearch lan\noptions edns0\n"},
        {"those behind the stub", "nameserver 127.0.0.53\n",
         "nameserver 192.0.2.7\nsearch of.resolved\n",
         "nameserver 192.0.2.7\nsearch of.resolved\n"},
        {"none that another network reaches", "nameserver 127.0.0.1\nsearch lan\n", "",
         "# no server is known\n"},
        {"no file", "", "", "# no server is known\n"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        CHECK(outer_resolv_conf(one.host, one.resolved) == one.text);
    }
}

TEST_CASE("what somebody says takes the place of those lines alone") {
    constexpr const char* kFile =
        "# comment\nnameserver 192.0.2.1\ndomain lan\nsearch a\noptions edns0\nsortlist 1.2.3.0";
    CHECK(with_settings(kFile, {}) == std::string{kFile} + "\n");
    CHECK(with_settings(kFile, {{"192.0.2.2", "::1"}, {}, {}}) ==
          "nameserver 192.0.2.2\nnameserver ::1\n# comment\ndomain lan\nsearch a\noptions edns0\n"
          "sortlist 1.2.3.0\n");
    CHECK(with_settings(kFile, {{}, {"b", "c"}, {}}) ==
          "# comment\nnameserver 192.0.2.1\noptions edns0\nsortlist 1.2.3.0\nsearch b c\n");
    CHECK(with_settings(kFile, {{}, {}, {"ndots:2", "rotate"}}) ==
          "# comment\nnameserver 192.0.2.1\ndomain lan\nsearch a\nsortlist 1.2.3.0\n"
          "options ndots:2 rotate\n");
    CHECK(with_settings("", {{"192.0.2.2"}, {"."}, {"ndots:2"}}) ==
          "nameserver 192.0.2.2\nsearch .\noptions ndots:2\n");
}
