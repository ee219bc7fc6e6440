// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/exposed_port.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/warnings.h"

using namespace podd;
using schema::ActivatedPort;

namespace {

// An app with one port, or as its image has it where there are none.
std::string app(const std::string& name, const std::string& ports, const std::string& more = "") {
    const auto object =
        ports.empty()
            ? std::string{}
            : fmt::format(R"(,"app":{{"exec":["/a"],"user":"0","group":"0","ports":[{}]}})", ports);
    return fmt::format(R"({{"name":"{}","image":{{"name":"x"}}{}{}}})", name, object, more);
}

base::Result<schema::PodManifest> manifest(const std::string& apps, const std::string& ports,
                                           const std::string& network = "none") {
    return schema::PodManifest::parse(
        fmt::format(R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{}],"ports":[{}],)"
                    R"("annotations":[{{"name":"podd.org/network","value":"{}"}}]}})",
                    apps, ports, network));
}

std::string said(const std::string& apps, const std::string& ports) {
    const auto pod = manifest(apps, ports);
    return pod ? std::string{} : pod.error().message();
}

const std::string kHttp = R"({"name":"http","protocol":"tcp","port":80,"socketActivated":true})";
const std::string kDns =
    R"({"name":"dns","protocol":"udp","port":53,"count":2,"socketActivated":true})";
const std::string kPlain = R"({"name":"plain","protocol":"tcp","port":81})";
const std::string kPodPort =
    R"({"name":"p","hostPort":9,"podPort":{"name":"p","protocol":"tcp","port":9,"socketActivated":true}})";

}  // namespace

TEST_SUITE("schema/exposed_port") {
    TEST_CASE("systemd listens at what the pod exposes and the app wants a socket for") {
        const auto pod = manifest(
            app("a", kPlain + "," + kHttp) + "," + app("b", kDns),
            R"({"name":"http","hostPort":8080},{"name":"plain","hostPort":8081},)"
            R"({"name":"dns","hostPort":53,"hostIP":"192.0.2.1"},{"name":"http","hostPort":8082})");
        REQUIRE(pod.has_value());
        CHECK(schema::activated_ports(*pod) ==
              std::vector<ActivatedPort>{{0, "http", "tcp", "", 8080, 1, 80},
                                         {1, "dns", "udp", "192.0.2.1", 53, 2, 53},
                                         {0, "http", "tcp", "", 8082, 1, 80}});
    }

    TEST_CASE("a podPort is the only app's, or of the app that has a port so called") {
        CHECK(schema::activated_ports(*manifest(app("a", ""), kPodPort)) ==
              std::vector<ActivatedPort>{{0, "p", "tcp", "", 9, 1, 9}});
        const std::string named = R"({"name":"p","protocol":"tcp","port":1})";
        CHECK(schema::activated_ports(*manifest(app("a", "") + "," + app("b", named), kPodPort)) ==
              std::vector<ActivatedPort>{{1, "p", "tcp", "", 9, 1, 9}});
        for (const auto& apps :
             {app("a", "") + "," + app("b", ""), app("a", named) + "," + app("b", named)})
            CHECK(said(apps, kPodPort).starts_with("/ports/0/name: found \"p\", wanted the name"));
    }

    TEST_CASE("what systemd cannot listen at") {
        const auto sctp = R"({"name":"p","protocol":"sctp","port":80,"socketActivated":true})";
        CHECK(said(app("a", sctp), R"({"name":"p","hostPort":80})")
                  .starts_with("/ports/0: found \"socketActivated\" with protocol \"sctp\""));
        const std::string init = R"(,"annotations":[{"name":"podd.org/init","value":"true"}])";
        CHECK(said(app("a", kHttp, init) + "," + app("b", ""), R"({"name":"http","hostPort":80})")
                  .starts_with("/ports/0: found \"socketActivated\" on the init app \"a\""));
        const auto many =
            R"({"name":"m","protocol":"tcp","port":1,"count":257,"socketActivated":true})";
        CHECK(said(app("a", many), R"({"name":"m","hostPort":1000})").starts_with("/ports: "));
        CHECK(said(app("a", kHttp + "," + kPlain),
                   R"({"name":"http","hostPort":80},{"name":"plain","hostPort":80})")
                  .starts_with("/ports/1/hostPort: "));
    }

    TEST_CASE("a loopback address is good for a socket, on every network") {
        for (const auto* network : {"none", "default", "host"})
            CHECK(manifest(app("a", kHttp), R"({"name":"http","hostPort":80,"hostIP":"127.0.0.1"})",
                           network)
                      .has_value());
    }

    TEST_CASE("what the host's loopback addresses lead to: forwarded ports, and no other address") {
        using schema::LoopbackPorts;
        const std::string ports =
            R"({"name":"plain","hostPort":1},{"name":"plain","hostPort":2,"hostIP":"127.0.0.2"},)"
            R"({"name":"plain","hostPort":3,"hostIP":"192.0.2.1"},{"name":"http","hostPort":4},)"
            R"({"name":"many","hostPort":5},{"name":"many","hostPort":51},{"name":"u","hostPort":10,"podPort":{"name":"u","protocol":"udp","port":1}})";
        CHECK(
            schema::loopback_ports(*manifest(app("a", kPlain),
                                             R"({"name":"plain","hostPort":1,"hostIP":"0.0.0.0"},)"
                                             R"({"name":"plain","hostPort":2,"hostIP":"::"})",
                                             "default-restricted")) ==
            std::vector<LoopbackPorts>{{"tcp", "127.0.0.1", 1, 1}, {"tcp", "::1", 2, 2}});
        const std::string many = R"({"name":"many","protocol":"tcp","port":90,"count":3})";
        const std::string all = kPlain + "," + kHttp + "," + many;
        CHECK(schema::loopback_ports(*manifest(app("a", all), ports, "default")) ==
              std::vector<LoopbackPorts>{{"tcp", "", 1, 1},
                                         {"tcp", "127.0.0.2", 2, 2},
                                         {"tcp", "", 5, 7},
                                         // systemd-resolved.service has others of that number.
                                         {"tcp", "127.0.0.1", 51, 53},
                                         {"tcp", "::1", 51, 53},
                                         {"udp", "", 10, 10}});
        CHECK(schema::loopback_ports(*manifest(app("a", all), ports)).empty());
        // Of an image nobody knows; those that OCI images have say it in their names.
        CHECK(
            schema::loopback_ports(*manifest(
                app("a", ""),
                R"({"name":"x","hostPort":1},{"name":"53-udp","hostPort":2},{"name":"9-sctp","hostPort":9},{"name":"8-tcp","hostPort":3})",
                "default")) ==
            std::vector<LoopbackPorts>{{"tcp", "", 1, 1},
                                       {"udp", "", 2, 2},
                                       // Not one at the device, which older kernels do not keep to.
                                       {"sctp", "127.0.0.1", 9, 9},
                                       {"sctp", "::1", 9, 9},
                                       {"tcp", "", 3, 3}});
    }

    TEST_CASE("on the host's network an app cannot take a low port by itself") {
        const auto said = [](const std::string& port, const std::string& network) {
            return schema::warnings(*manifest(app("a", port), "", network));
        };
        const std::string low = R"({"name":"p","protocol":"tcp","port":1023})";
        REQUIRE(said(low, "host").size() == 1);
        CHECK(said(low, "host")[0].starts_with(
            "/apps/0/app/ports/0: no app may listen at port 1023 on the host's network itself"));
        CHECK(said(low, "none").empty());
        CHECK(said(R"({"name":"p","protocol":"tcp","port":1024})", "host").empty());
        CHECK(
            schema::warnings(*manifest(app("a", kHttp), R"({"name":"http","hostPort":80})", "host"))
                .empty());
    }

    TEST_CASE("an app behind a proxy: streams only, and no port of its own on the host's network") {
        const std::string proxied =
            R"(,"annotations":[{"name":"podd.org/socket-proxy","value":"true"}])";
        const auto pod = manifest(app("a", kHttp, proxied), R"({"name":"http","hostPort":8080})");
        REQUIRE(pod.has_value());
        CHECK(schema::activated_ports(*pod) ==
              std::vector<ActivatedPort>{{0, "http", "tcp", "", 8080, 1, 80, true}});
        CHECK(said(app("a", kDns, proxied), R"({"name":"dns","hostPort":53})")
                  .starts_with("/ports/0: found a port of protocol \"udp\" of the app \"a\""));
        const auto on_host = [&](const std::string& port) {
            const auto made = manifest(app("a", kHttp, proxied),
                                       R"({"name":"http","hostPort":)" + port + "}", "host");
            return made ? std::string{} : made.error().message();
        };
        CHECK(on_host("8080").empty());
        CHECK(on_host("80").find("two that differ") != std::string::npos);
    }

    TEST_CASE("idleness wants a proxy that notices it") {
        const auto with_idle = [](const std::string& more) {
            const auto made = schema::PodManifest::parse(
                fmt::format(R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{}],)"
                            R"("ports":[{{"name":"http","hostPort":80}}],)"
                            R"("annotations":[{{"name":"podd.org/idle-stop-sec","value":"60"}}]}})",
                            app("a", kHttp, more)));
            return made ? std::string{} : made.error().message();
        };
        CHECK(with_idle("").find("as only a proxy knows") != std::string::npos);
        CHECK(with_idle(R"(,"annotations":[{"name":"podd.org/socket-proxy","value":"true"}])")
                  .empty());
    }

    TEST_CASE("a socket that nobody opens makes a warning, one that is opened none") {
        CHECK(schema::warnings(*manifest(app("a", kHttp), R"({"name":"http","hostPort":80})"))
                  .empty());
        CHECK(schema::warnings(*manifest(app("a", kHttp), "")) ==
              std::vector<std::string>{"/apps/0/app/ports/0/socketActivated: nobody listens there: "
                                       "\"http\" is not among the pod's \"ports\""});
    }
}
