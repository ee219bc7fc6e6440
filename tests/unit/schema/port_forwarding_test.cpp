// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/port_forwarding.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/pod_manifest.h"

using namespace podd;

namespace {

// What is said of a manifest with that network and port.
std::string said(const std::string& network, const std::string& port, const std::string& app = "") {
    const auto pod = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}}{}}}],)"
        R"("annotations":[{{"name":"podd.org/network","value":"{}"}}],"ports":[{}]}})",
        app, network, port));
    return pod ? std::string{} : pod.error().message();
}

}  // namespace

TEST_SUITE("schema/port_forwarding") {
    TEST_CASE("what is forwarded") {
        for (const auto* protocol : {"tcp", "udp", "sctp"})
            CHECK(schema::check_forwarded(protocol, "").has_value());
        for (const auto* address : {"192.0.2.1", "0.0.0.0", "::", "2001:db8::1", "fd00::1"})
            CHECK(schema::check_forwarded("udp", address).has_value());
        for (const auto* protocol : {"dccp", "TCP", ""})
            CHECK_FALSE(schema::check_forwarded(protocol, "").has_value());
        for (const auto* address : {"fe80::1", "224.0.0.1", "255.255.255.255", "ff02::1"})
            CHECK_FALSE(schema::check_forwarded("tcp", address).has_value());
        for (const auto* address : {"127.0.0.1", "127.1.2.3", "::1"}) {
            CHECK(schema::check_forwarded("tcp", address).has_value());
            CHECK(schema::check_forwarded("udp", address).has_value());
            CHECK(schema::check_forwarded("sctp", address).has_value());
        }
    }

    TEST_CASE(
        "a manifest is refused where it asks for more, and only on the network that forwards") {
        const std::string dccp =
            R"({"name":"p","hostPort":80,"podPort":{"name":"p","protocol":"dccp","port":80}})";
        const std::string group = R"({"name":"p","hostPort":80,"hostIP":"224.0.0.1"})";
        const std::string app =
            R"(,"app":{"exec":["/a"],"user":"0","group":"0","ports":[{"name":"p","protocol":"dccp","port":80}]})";
        CHECK(said("default", dccp) ==
              "/ports/0: found a port of protocol \"dccp\", wanted \"tcp\", \"udp\" or \"sctp\"");
        CHECK(said("default", R"({"name":"p","hostPort":80})", app).starts_with("/ports/0: "));
        CHECK(said("default", group).starts_with("/ports/0: found the address of a group"));
        CHECK(said("default", R"({"name":"p","hostPort":80})").empty());
        for (const auto* network : {"none", "host"}) {
            CHECK(said(network, dccp).empty());
            CHECK(said(network, group).empty());
        }
    }
}
