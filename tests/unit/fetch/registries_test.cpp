// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/registries.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using podd::base::ConfigFile;
using podd::base::parse_config;
using podd::fetch::Mirror;
using podd::fetch::Registries;

namespace {

podd::base::Result<Registries> read(const std::string& text) {
    return Registries::parse({ConfigFile{"x.conf", parse_config(text).value()}});
}

}  // namespace

TEST_SUITE("fetch/registries") {
    TEST_CASE("settings are those of the host and port, else those of the host") {
        const auto registries = read(
            "[Registry docker.io]\n"
            "Mirror=mirror.example.com:5000/hub other.example.com\n"
            "Mirror=[::1]:5000\n"
            "[Registry plain.example.com]\n"
            "Insecure=yes\n"
            "[Registry plain.example.com:443]\n"
            "CAFile=/etc/ca.pem\n"
            "[Registry tmp.example.com]\n"
            "CAFile=/tmpfiles/ca.pem\n");
        REQUIRE(registries.has_value());
        CHECK(registries->of("tmp.example.com").ca_file == "/tmpfiles/ca.pem");
        const auto& hub = registries->of("registry-1.docker.io");
        REQUIRE(hub.mirrors.size() == 3);
        CHECK(hub.mirrors[0] == Mirror{"mirror.example.com:5000", "hub"});
        CHECK(hub.mirrors[1] == Mirror{"other.example.com", ""});
        CHECK(hub.mirrors[2] == Mirror{"[::1]:5000", ""});
        CHECK_FALSE(hub.insecure);
        CHECK(registries->of("plain.example.com").insecure);
        CHECK(registries->of("plain.example.com:5000").insecure);
        CHECK_FALSE(registries->of("plain.example.com:443").insecure);
        CHECK(registries->of("plain.example.com:443").ca_file == "/etc/ca.pem");
        CHECK_FALSE(registries->of("sub.plain.example.com").insecure);
        CHECK_FALSE(registries->of("[::1]:5000").insecure);
    }

    TEST_CASE("a host may be a number of IPv6") {
        const auto registries = read(
            "[Registry [::1]:5000]\nInsecure=yes\n"
            "[ Registry [2001:db8::1] ]\nCAFile=/ca\n");
        REQUIRE(registries.has_value());
        CHECK(registries->of("[::1]:5000").insecure);
        CHECK_FALSE(registries->of("[::1]:5001").insecure);
        CHECK_FALSE(registries->of("[::1]").insecure);
        CHECK(registries->of("[2001:db8::1]").ca_file == "/ca");
        CHECK(registries->of("[2001:db8::1]:443").ca_file == "/ca");
    }

    TEST_CASE("a proxy is a URL, none, or what the environment says") {
        const auto registries = read(
            "[Registry a]\nProxy=http://proxy.example.com:3128\n"
            "[Registry b]\nProxy=socks5h://[::1]:1080/\n"
            "[Registry c]\nProxy=none\n"
            "[Registry d]\nProxy=none\nProxy=\n");
        REQUIRE(registries.has_value());
        CHECK(registries->of("a").proxy.value_or("?") == "http://proxy.example.com:3128");
        CHECK(registries->of("b").proxy.value_or("?") == "socks5h://[::1]:1080/");
        CHECK(registries->of("c").proxy.value_or("?").empty());
        CHECK_FALSE(registries->of("d").proxy.has_value());
        CHECK_FALSE(registries->of("e").proxy.has_value());
    }

    TEST_CASE("later lines win and an empty one takes back") {
        const auto registries = read(
            "[Registry a.example.com]\nMirror=m.example.com\nInsecure=yes\nCAFile=/a\n"
            "Lookaside=https://b.example.com/one\n"
            "[Registry a.example.com]\nMirror=\nMirror=n.example.com\nInsecure=no\nCAFile=\n"
            "Lookaside=https://b.example.com/sigs//\n");
        REQUIRE(registries.has_value());
        const auto& settings = registries->of("a.example.com");
        REQUIRE(settings.mirrors.size() == 1);
        CHECK(settings.mirrors[0].host == "n.example.com");
        CHECK_FALSE(settings.insecure);
        CHECK(settings.ca_file.empty());
        CHECK(settings.lookaside == "https://b.example.com/sigs");
        CHECK(read("[Registry a]\nLookaside=https://b\nLookaside=\n")->of("a").lookaside.empty());
    }

    TEST_CASE("what is wrong is named with file and line") {
        for (const auto& [text, says] : {
                 std::pair{"[Registries]\n", "\"x.conf\": line 1: found \"[Registries]\""},
                 std::pair{"[Registry ]\n", "line 1"},
                 std::pair{"[Registry https://a.example.com]\n", "line 1: found"},
                 std::pair{"[Registry a/b]\n", "wanted a registry"},
                 std::pair{"[Registry a]\nInsecure=maybe\n",
                           "line 2: Insecure=: found \"maybe\", wanted yes or no"},
                 std::pair{"[Registry a]\nInsecure=\n", "wanted yes or no"},
                 std::pair{"[Registry a]\nMirror=https://b\n", "line 2: Mirror=: found"},
                 std::pair{"[Registry a]\nMirror=b/C\n", "capital letters"},
                 std::pair{"[Registry a]\nLookaside=/var/sigs\n", "line 2: Lookaside=: found"},
                 std::pair{"[Registry a]\nLookaside=file:///var/sigs\n", "Lookaside=: found"},
                 std::pair{"[Registry a]\nLookaside=https://u:p@b/c\n", "Lookaside=: found"},
                 std::pair{"[Registry a]\nLookaside=https://b/c?d\n", "without \"?\""},
                 std::pair{"[Registry a]\n\nCAFile=ca.pem\n", "line 3: CAFile=: found \"ca.pem\""},
                 std::pair{"[Registry a]\nCAFile=/var/tmp/a/ca.pem\n",
                           "line 2: CAFile=: found a file in /var/tmp, which the fetcher"},
                 std::pair{"[Registry a]\nCAFile=/tmp/ca.pem\n", "line 2: CAFile=: found a file"},
                 std::pair{"[Registry a]\nCAFile=/home/x/ca.pem\n", "wanted one elsewhere"},
                 std::pair{"[Registry a]\nCAFile=/root/ca.pem\n", "in /root"},
                 std::pair{"[Registry a]\nProxy=ftp://b\n", "line 2: Proxy=: found \"ftp://b\""},
                 std::pair{"[Registry a]\nProxy=b:3128\n", "wanted http://HOST:PORT"},
                 std::pair{"[Registry a]\nProxy=http://b/c\n", "wanted http://HOST:PORT"},
                 std::pair{"[Registry a]\nProxy=http://u:p@b\n", "wanted http://HOST:PORT"},
                 std::pair{"[Registry a]\nProxies=b\n", "wanted Mirror=, Lookaside="},
             }) {
            CAPTURE(text);
            const auto registries = read(text);
            REQUIRE_FALSE(registries.has_value());
            CAPTURE(registries.error().message());
            CHECK(registries.error().message().find(says) != std::string::npos);
        }
    }
}
