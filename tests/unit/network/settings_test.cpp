// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/settings.h"

#include <doctest/doctest.h>

using namespace podd::network;
using podd::base::ConfigFile;
using podd::base::Json;
using podd::base::Result;

namespace {

const Pool kDefault = pool_of({0xAB});

ConfigFile file(const std::string& path, const std::string& text) {
    return {path, podd::base::parse_config(text).value()};
}

Result<Settings> of(const std::string& lines) {
    return parse_settings({file("/etc/podd/network.conf", "[Network]\n" + lines)}, kDefault);
}

std::string error(const std::string& lines) {
    const auto settings = of(lines);
    return settings ? std::string{} : settings.error().message();
}

}  // namespace

TEST_CASE("without settings") {
    CHECK(parse_settings({}, kDefault).value() == Settings{kDefault, true});
    CHECK(parse_settings({file("a", "[CNI]\nPluginTimeoutSec=5\n")}, kDefault).value() ==
          Settings{kDefault, true});
}

TEST_CASE("each setting, and an empty value that takes it back") {
    const auto pool = of("IPv4Pool=10.0.0.0/8\nIPv6Pool=2001:db8:1::/64\n").value().pool;
    CHECK(pool.ipv4_text() == "10.0.0.0/8");
    CHECK(pool.ipv6_text() == "2001:db8:1::/64");
    CHECK(of("IPv4Pool=192.0.2.16/28").value().pool.ipv4_text() == "192.0.2.16/28");
    CHECK_FALSE(of("IPv6Pool=no").value().pool.has_ipv6);
    CHECK_FALSE(of("Masquerade=no").value().masquerade);
    CHECK(of("Masquerade=no\nMasquerade=yes").value().masquerade);
    CHECK(
        of("IPv4Pool=10.1.0.0/20\nIPv6Pool=no\nMasquerade=no\nIPv4Pool=\nIPv6Pool=\nMasquerade=\n")
            .value() == Settings{kDefault, true});
    CHECK(of("IPv6Pool=fd12::/64\nIPv6Pool=").value().pool == kDefault);
}

TEST_CASE("links and names: lists are joined, an empty line begins anew") {
    using Words = std::vector<std::string>;
    CHECK(of("MTU=1280").value().mtu == 1280);
    CHECK(of("MTU=9216").value().mtu == 9216);
    CHECK(of("MTU=1400\nMTU=").value().mtu == 0);
    const auto settings =
        of("DNS=192.0.2.53 127.0.0.1\nDNS=fe80::1%eth0\nDomains=a.example\nDomains=b a.example")
            .value();
    CHECK(settings.servers == Words{"192.0.2.53", "127.0.0.1", "fe80::1%eth0"});
    CHECK(settings.domains == Words{"a.example", "b"});
    CHECK(of("DNS=192.0.2.53\nDNS=\nDNS=::1").value().servers == Words{"::1"});
    CHECK(of("Domains=a\nDomains=").value().domains.empty());
}

TEST_CASE("a later file wins") {
    const auto settings =
        parse_settings({file("a", "[Network]\nMasquerade=no\nIPv4Pool=10.1.0.0/20\n"),
                        file("b", "[CNI]\n[Network]\nMasquerade=yes\n")},
                       kDefault)
            .value();
    CHECK(settings.masquerade);
    CHECK(settings.pool.prefix_length == 20);
}

TEST_CASE("what is wrong is said with its file and line") {
    CHECK(error("Masquerade=no\nMasquerade=ipv4") ==
          "\"/etc/podd/network.conf\": line 3: found Masquerade=ipv4, wanted \"yes\" or \"no\"");
    CHECK(error("Pool=10.0.0.0/8").find("line 2: found Pool=, wanted IPv4Pool=") !=
          std::string::npos);
    CHECK(parse_settings({file("/x", "[Netwrok]\n")}, kDefault).error().message() ==
          "\"/x\": line 1: found section [Netwrok], wanted [Network] or [CNI]");
    for (const auto* lines : {"IPv4Pool=10.80.0.0",
                              "IPv4Pool=10.80.0.1/16",
                              "IPv4Pool=10.80.0.0/29",
                              "IPv4Pool=0.0.0.0/8",
                              "IPv4Pool=127.0.0.0/8",
                              "IPv4Pool=169.0.0.0/8",
                              "IPv4Pool=169.254.0.0/16",
                              "IPv4Pool=224.0.0.0/8",
                              "IPv4Pool=10.80.0.0/16x",
                              "IPv4Pool=10.0.0.0/7",
                              "IPv4Pool=10.80.0.0/33",
                              "IPv4Pool=fd00::/64",
                              "IPv6Pool=yes",
                              "IPv6Pool=fd00::1/64",
                              "IPv6Pool=fd00::/63",
                              "IPv6Pool=fd00::/65",
                              "IPv6Pool=fe80::/64",
                              "IPv6Pool=ff00::/64",
                              "IPv6Pool=::/64",
                              "IPv6Pool=10.80.0.0/16",
                              "Masquerade=1",
                              "MTU=1279",
                              "MTU=9217",
                              "MTU=1500B",
                              "DNS=dns.example.com",
                              "DNS=0.0.0.0",
                              "DNS=fe80::1",
                              "DNS=2001:db8::1%eth0",
                              "DNS=fe80::1%",
                              "DNS=224.0.0.1",
                              "DNS=192.0.2.1,192.0.2.2",
                              "DNS=::1 ::2 ::3 ::4",
                              "Domains=a..b",
                              "Domains=~."}) {
        CAPTURE(lines);
        CHECK(error(lines).find("line 2: found ") != std::string::npos);
    }
}

TEST_CASE("settings are read as they were written") {
    for (const auto* lines :
         {"", "IPv6Pool=no", "IPv4Pool=10.0.0.0/8\nMasquerade=no", "IPv6Pool=2001:db8:1::/64"}) {
        CAPTURE(lines);
        const auto settings = of(lines).value();
        CHECK(settings_from_json(Json::parse(to_json(settings).str()).value()).value() == settings);
    }
    for (const auto* text : {"{}", R"({"ipv4":"10.80.0.0/16","ipv6":"no"})",
                             R"({"ipv4":"10.80.0.0","ipv6":"no","masquerade":true})",
                             R"({"ipv4":"10.80.0.0/16","ipv6":"none","masquerade":true})",
                             R"({"ipv4":"10.80.0.0/16","ipv6":"no","masquerade":"yes"})"}) {
        CAPTURE(text);
        CHECK_FALSE(settings_from_json(Json::parse(text).value()).has_value());
    }
}
