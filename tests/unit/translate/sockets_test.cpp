// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "translated.h"
#include "unit/render.h"

using namespace podd;
using namespace podd::test;
using namespace podd::translate;

TEST_SUITE("translate/translate") {
    TEST_CASE("a pod with a socket: boot starts that, the sandbox needs it, names are one's own") {
        const std::string port =
            R"(,"app":{"exec":["/x"],"user":"0","group":"0","ports":[)"
            R"({"name":"http","protocol":"tcp","port":80,"socketActivated":true},)"
            R"({"name":"dns","protocol":"udp","port":53,"count":2,"socketActivated":true}]})";
        const std::string more =
            R"(,"ports":[{"name":"http","hostPort":8080},)"
            R"({"name":"dns","hostPort":53,"hostIP":"192.0.2.1"}],)"
            R"("annotations":[{"name":"podd.org/wanted-by","value":"multi-user.target"}])";
        auto made = pod("web", app("one", port) + "," + app("two"), more);
        const auto declared = units(made);
        REQUIRE(declared.size() == 4);
        CHECK(value(declared[0], "Requires") == "pod-web@one.socket");
        CHECK(value(declared[0], "After").ends_with(" pod-web@one.socket"));
        for (const auto index : {0, 1, 2})
            CHECK(declared[static_cast<std::size_t>(index)].wanted_by.empty());
        const auto& socket = declared[3];
        CHECK(socket.name == "pod-web@one.socket");
        CHECK(socket.wanted_by == std::vector<std::string>{"multi-user.target"});
        const auto text = unit::file_text(socket, "x");
        REQUIRE(text.has_value());
        CHECK(
            text->ends_with("[Socket]\nListenStream=8080\nListenDatagram=192.0.2.1:53\n"
                            "ListenDatagram=192.0.2.1:54\nFileDescriptorName=http\n"
                            "BindIPv6Only=both\nFreeBind=yes\n"));
        CHECK(value(socket, "OnFailure") == "podd-explain@web.service");
        CHECK(value(socket, "StopWhenUnneeded") == "(none)");
        made.source_path.clear();
        CHECK(value(units(made)[3], "StopWhenUnneeded") == "yes");
    }

    TEST_CASE(
        "forwarded ports have a socket at loopback addresses that comes and goes with the pod") {
        const std::string more =
            R"(,"ports":[{"name":"p","hostPort":80,"podPort":{"name":"p","protocol":"tcp","port":1,"count":2}},)"
            R"({"name":"q","hostPort":90,"hostIP":"127.0.0.9"},{"name":"r","hostPort":53},)"
            R"({"name":"u","hostPort":54,"podPort":{"name":"u","protocol":"udp","port":1}}],)"
            R"("annotations":[{"name":"podd.org/network","value":"default"},)"
            R"({"name":"podd.org/wanted-by","value":"multi-user.target"}])";
        const auto made = pod("my-pod", app("one"), more);
        const auto all = units(made);
        REQUIRE(all.size() == 3);
        CHECK(value(all[0], "Requires") == "podd-loopback@my-pod.socket");
        CHECK(all[1].wanted_by == std::vector<std::string>{"multi-user.target"});
        CHECK(all[2].name == "podd-loopback@my-pod.socket");
        CHECK(all[2].wanted_by.empty());
        CHECK(value(all[2], "StopWhenUnneeded") == "yes");
        const auto listens = [](const unit::Unit& unit) {
            std::vector<std::string> found;
            for (const auto& setting : unit.sections.back().settings)
                if (setting.key.starts_with("Listen"))
                    found.push_back(setting.value + (setting.key == "ListenStream" ? "" : "/udp"));
            return found;
        };
        CHECK(listens(all[2]) == std::vector<std::string>{"80", "81", "127.0.0.9:90",
                                                          "127.0.0.1:53", "[::1]:53", "54/udp"});
        CHECK(listens(units(made, {252, {}, false})[2]) ==
              std::vector<std::string>{"80", "81", "127.0.0.9:90", "127.0.0.1:53", "54/udp"});
        const auto text = unit::file_text(all[2], "x");
        REQUIRE(text.has_value());
        CHECK(text->ends_with("BindToDevice=lo\nBindIPv6Only=both\nFreeBind=yes\n"));
    }

    TEST_CASE("ports of SCTP are sockets of a unit of their own") {
        const std::string port =
            R"(,"ports":[{"name":"s","hostPort":%,"podPort":{"name":"s","protocol":"sctp","port":1}}],)"
            R"("annotations":[{"name":"podd.org/network","value":"default"}])";
        const auto of = [&](const std::string& where) {
            auto text = port;
            return pod("web", app("one"), text.replace(text.find('%'), 1, where));
        };
        const auto all = units(of("9"));
        REQUIRE(all.size() == 3);
        CHECK(value(all[0], "Requires") == "podd-loopback-sctp@web.socket");
        CHECK(all[2].name == "podd-loopback-sctp@web.socket");
        const auto text = unit::file_text(all[2], "x");
        REQUIRE(text.has_value());
        CHECK(
            text->ends_with("[Socket]\nListenStream=127.0.0.1:9\nListenStream=[::1]:9\n"
                            "SocketProtocol=sctp\nBindIPv6Only=both\nFreeBind=yes\n"));
        CHECK(units(of(R"(9,"hostIP":"192.0.2.1")")).size() == 2);
        CHECK(units(of("9"), {252, {}, true, false}).size() == 2);
        CHECK(units(of(R"(9,"hostIP":"::1")"), {252, {}, false}).size() == 2);
    }

    TEST_CASE("an app behind a proxy: that wants it, and boot wants the proxy's socket") {
        const std::string proxied =
            R"(,"app":{"exec":["/x"],"user":"0","group":"0","ports":[)"
            R"({"name":"http","protocol":"tcp","port":80,"socketActivated":true}]},)"
            R"("annotations":[{"name":"podd.org/socket-proxy","value":"true"}])";
        const auto all = units(
            pod("web", app("one", proxied) + "," + app("two"),
                R"(,"ports":[{"name":"http","hostPort":8080}],)"
                R"("annotations":[{"name":"podd.org/wanted-by","value":"multi-user.target"}])"));
        REQUIRE(all.size() == 4);
        CHECK(value(all[0], "Requires") == "podd-proxy@web.socket");
        CHECK(all[1].wanted_by == std::vector<std::string>{"podd-proxy@web.service"});
        CHECK(value(all[1], "Before") == "podd-proxy@web.service");
        CHECK(all[2].wanted_by.empty());
        CHECK(all[3].name == "podd-proxy@web.socket");
        CHECK(all[3].wanted_by == std::vector<std::string>{"multi-user.target"});
        CHECK(value(all[3], "ListenStream") == "8080");
    }
}
