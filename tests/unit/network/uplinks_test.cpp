// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/uplinks.h"

#include <doctest/doctest.h>

using namespace podd::network;

namespace {

// As the kernel writes them.
constexpr std::string_view kIpv4 =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    "wlan0\t00000000\t0103000A\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"
    "*\t00000000\t00000000\t0200\t0\t0\t9999\t00000000\t0\t0\t0\n"
    "eth1\t0002000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
constexpr std::string_view kIpv6 =
    "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "fe800000000000000000000000000001 00000400 00000001 00000000 00450003     eth0\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "fe800000000000000000000000000001 00000400 00000001 00000000 00450003     ppp0\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

}  // namespace

TEST_CASE("interfaces with a default route, of either family") {
    using Names = std::vector<std::string>;
    CHECK(uplinks(kIpv4, kIpv6) == Names{"eth0", "wlan0", "tun0", "ppp0"});
    CHECK(uplinks("", kIpv6) == Names{"eth0", "ppp0"});
    CHECK(uplinks(kIpv4, "") == Names{"eth0", "wlan0", "tun0"});
    CHECK(uplinks("eth0 00000000\n", "00 00\n").empty());
}
