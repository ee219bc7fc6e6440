// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/taken_ports.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace podd;

namespace {

schema::PodManifest manifest(const std::string& port, const std::string& exposed,
                             const std::string& network) {
    const auto parsed = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11",
             "annotations":[{{"name":"podd.org/network","value":"{}"}}],
             "apps":[{{"name":"a","image":{{"name":"example.com/a"}},
                      "app":{{"exec":["/a"],"user":"0","group":"0",
                             "ports":[{{"name":"p",{}}}]}}}}],
             "ports":[{{"name":"p",{}}}]}})",
        network, port, exposed));
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message());
    return *parsed;
}

}  // namespace

TEST_SUITE("pod/taken_ports") {
    TEST_CASE("the pod that has the port of a socket is named") {
        const std::vector<pod::HeldPorts> others{
            {"web", {{"tcp", "", 8080, 80}, {"udp", "", 53, 53}}},
            {"db", {{"tcp", "127.0.0.1", 5432, 5432}, {"tcp", "192.0.2.1", 81, 81}}}};
        struct Row {
            std::string port, exposed, network, wanted;
        };
        const std::string tcp = R"("protocol":"tcp","port":80)";
        const std::string range = R"("protocol":"tcp","port":80,"count":3)";
        const std::string socket = R"("protocol":"udp","port":53,"socketActivated":true)";
        for (const auto& [port, exposed, network, wanted] : std::vector<Row>{
                 {tcp, R"("hostPort":8080)", "default",
                  "host port 8080/tcp is taken by pod \"web\""},
                 {range, R"("hostPort":8078)", "default",
                  "host port 8080/tcp is taken by pod \"web\""},
                 {tcp, R"("hostPort":8080,"hostIP":"127.0.0.1")", "default-restricted",
                  "host port 8080/tcp is taken by pod \"web\""},
                 {tcp, R"("hostPort":5432)", "default",
                  "host port 5432/tcp is taken by pod \"db\""},
                 {socket, R"("hostPort":53)", "none", "host port 53/udp is taken by pod \"web\""},
                 // Not what systemd opens: podd-network.service refuses those, and says why itself.
                 {tcp, R"("hostPort":8080,"hostIP":"192.0.2.1")", "default", ""},
                 {tcp, R"("hostPort":8080)", "none", ""},
                 {R"("protocol":"udp","port":53)", R"("hostPort":53)", "default",
                  "host port 53/udp is taken by pod \"web\""},
                 {R"("protocol":"sctp","port":53)", R"("hostPort":53)", "default", ""},
                 {tcp, R"("hostPort":81)", "default", "host port 81/tcp is taken by pod \"db\""},
                 {tcp, R"("hostPort":8079)", "default", ""},
             }) {
            CAPTURE(exposed);
            CHECK(fmt::format("{}",
                              fmt::join(pod::taken_ports(manifest(port, exposed, network), others),
                                        "|")) == wanted);
        }
    }

    TEST_CASE("a socket of the host that a port would be taken from") {
        using pod::Forwarder;
        struct Row {
            plan::PortPlan port;
            pod::HostSocket socket;
            bool by_podd, by_plugins;
        };
        for (const auto& [port, socket, by_podd, by_plugins] : std::vector<Row>{
                 {{"udp", "", 53, 53}, {"udp", "0.0.0.0", 53}, true, true},
                 {{"udp", "", 53, 53}, {"udp", "::", 53}, true, true},
                 {{"udp", "", 53, 53}, {"udp", "192.0.2.1", 53}, true, true},
                 {{"udp", "192.0.2.1", 53, 53}, {"udp", "", 53}, true, true},
                 {{"udp", "0.0.0.0", 53, 53}, {"udp", "", 53}, true, true},
                 {{"udp", "0.0.0.0", 53, 53}, {"udp", "::", 53}, false, false},
                 {{"udp", "192.0.2.1", 53, 53}, {"udp", "192.0.2.2", 53}, false, false},
                 {{"udp", "", 53, 53}, {"tcp", "0.0.0.0", 53}, false, false},
                 {{"udp", "", 53, 53}, {"udp", "0.0.0.0", 54}, false, false},
                 // Those of podd-loopback@.socket among them.
                 {{"udp", "", 53, 53}, {"udp", "127.0.0.53", 53, 1, true}, false, true},
                 {{"tcp", "", 80, 80}, {"tcp", "", 80, 1, true}, false, true},
                 // podd-resolve.socket.
                 {{"udp", "", 7653, 53}, {"udp", "", 7653}, false, false},
             }) {
            CAPTURE(port.host_ip);
            CAPTURE(socket.address);
            CHECK(pod::find_deprived({port}, {socket}, Forwarder::kPodd).has_value() == by_podd);
            CHECK(pod::find_deprived({port}, {socket}, Forwarder::kPlugins).has_value() ==
                  by_plugins);
        }
    }

    TEST_CASE("the port and who has it are named") {
        const std::vector<pod::HeldPorts> others{{"web", {{"tcp", "", 8080, 80}}},
                                                 {"dns", {{"udp", "192.0.2.1", 53, 53}}}};
        const std::vector<plan::PortPlan> ports{{"tcp", "", 53, 53}, {"udp", "", 53, 53}};
        const auto found = pod::find_holder(ports, others);
        REQUIRE(found);
        CHECK(pod::taken_by_pod(*found->port, found->pod->pod) ==
              "host port 53/udp is taken by pod \"dns\"");
        CHECK_FALSE(pod::find_holder({{"udp", "192.0.2.2", 53, 53}}, others));
        CHECK(pod::taken_by_program(ports.front(), "named") ==
              "host port 53/tcp is taken by a program of this host (\"named\")");
        CHECK(pod::taken_by_program(ports.front(), "") ==
              "host port 53/tcp is taken by a program of this host");
    }
}
