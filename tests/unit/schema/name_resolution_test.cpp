// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/name_resolution.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/warnings.h"

using namespace podd::schema;

namespace {

podd::base::Result<NameResolution> names_of(std::string_view name, std::string_view value) {
    NameResolution names;
    const Annotation one{AcIdentifier::parse(name).value(), std::string{value}};
    const auto applied = apply_names(names, one);
    if (!applied) return applied.error();
    CHECK(*applied);
    return names;
}

std::string manifest(std::string_view network, std::string_view name, std::string_view value) {
    return fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11",)"
        R"("apps":[{{"name":"a","image":{{"name":"example.com/a"}}}}],"annotations":[)"
        R"({{"name":"podd.org/network","value":"{}"}},{{"name":"{}","value":"{}"}}]}})",
        network, name, value);
}

}  // namespace

TEST_SUITE("schema/name_resolution") {
    TEST_CASE("servers, domains, options and hosts, as the manifest says") {
        using Words = std::vector<std::string>;
        CHECK(names_of(kDns, "host")->source == DnsSource::kHost);
        CHECK(names_of(kDns, "none")->source == DnsSource::kNone);
        const auto servers = names_of(kDns, "192.0.2.1 2001:db8::53\t127.0.0.1");
        REQUIRE(servers);
        CHECK(servers->source == DnsSource::kServers);
        CHECK(servers->servers == Words{"192.0.2.1", "2001:db8::53", "127.0.0.1"});
        CHECK(names_of(kDnsSearch, "example.com _tcp.b. c")->search ==
              Words{"example.com", "_tcp.b.", "c"});
        CHECK(names_of(kDnsSearch, ".")->search == Words{"."});
        CHECK(names_of(kDnsOptions, "ndots:2 edns0")->options == Words{"ndots:2", "edns0"});
        const auto hosts = names_of(kHosts, "host 192.0.2.7=db.example.com,db ::1=me 0.0.0.0=ads");
        REQUIRE(hosts);
        CHECK(hosts->hosts_of_host);
        CHECK(hosts->hosts == std::vector<HostsEntry>{{"192.0.2.7", {"db.example.com", "db"}},
                                                      {"::1", {"me"}},
                                                      {"0.0.0.0", {"ads"}}});
    }

    TEST_CASE("what no resolver could use is refused, and so is what it would pass over") {
        const struct {
            std::string_view name;
            std::string value;
            std::string found;
        } cases[] = {
            {kDns, "", "\"\""},
            {kDns, "dns.example.com", "\"dns.example.com\""},
            {kDns, "192.0.2.1,192.0.2.2", "\"192.0.2.1,192.0.2.2\""},
            {kDns, "192.0.2.1 none", "\"none\" beside other words"},
            {kDns, "0.0.0.0", "\"0.0.0.0\""},
            {kDns, "ff02::1", "\"ff02::1\""},
            {kDns, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", "\"192.0.2.1 192.0.2.2"},
            {kDnsSearch, "", "\"\""},
            {kDnsSearch, "a..b", "\"a..b\""},
            {kDnsSearch, "a .", "\".\""},
            {kDnsSearch, "-a", "\"-a\""},
            {kDnsSearch, std::string(64, 'a'), "\"aaa"},
            {kDnsSearch, "a;b", "\"a;b\""},
            {kDnsOptions, "", "\"\""},
            {kDnsOptions, "ndots", "\"ndots\""},
            {kDnsOptions, "ndots=2", "\"ndots=2\""},
            {kDnsOptions, "ndots:-1", "\"ndots:-1\""},
            {kDnsOptions, "edns0:1", "\"edns0:1\""},
            {kDnsOptions, "ends0", "\"ends0\""},
            {kHosts, "", "\"\""},
            {kHosts, "db", "\"db\""},
            {kHosts, "db=192.0.2.7", "\"db=192.0.2.7\""},
            {kHosts, "192.0.2.7=", "\"192.0.2.7=\""},
            {kHosts, "192.0.2.7=a,,b", "\"192.0.2.7=a,,b\""},
            {kHosts, "192.0.2.7=a#b", "\"192.0.2.7=a#b\""},
        };
        for (const auto& one : cases) {
            CAPTURE(one.name);
            CAPTURE(one.value);
            const auto names = names_of(one.name, one.value);
            REQUIRE_FALSE(names);
            CHECK(names.error().message().starts_with("found " + one.found));
        }
    }

    TEST_CASE("without a file that podd makes nothing can be said of its lines") {
        const auto said = [](std::string_view network, std::string_view more) {
            auto text = manifest(network, kDnsSearch, "example.com");
            text.insert(text.rfind(']'), more);
            const auto pod = PodManifest::parse(text);
            return pod ? std::string{} : pod.error().message();
        };
        CHECK(said("default", "").empty());
        CHECK(said("lan", "").empty());
        CHECK(said("none", R"(,{"name":"podd.org/dns","value":"127.0.0.1"})").empty());
        CHECK(said("none", "") ==
              "/annotations/1: found \"podd.org/dns-search\" on the network \"none\", wanted "
              "\"podd.org/dns\" to say which servers are asked");
        CHECK(said("default", R"(,{"name":"podd.org/dns","value":"none"})") ==
              "/annotations/1: found \"podd.org/dns-search\" beside \"podd.org/dns\" \"none\", "
              "wanted \"podd.org/dns\" to say which servers are asked");
    }

    TEST_CASE("servers that a pod cannot reach are told") {
        const auto told = [](std::string_view network, std::string_view servers) {
            const auto pod = PodManifest::parse(manifest(network, kDns, servers));
            REQUIRE(pod);
            return warnings(*pod);
        };
        using Told = std::vector<std::string>;
        for (const auto* network : {"none", "default-restricted"}) {
            CHECK(told(network, "127.0.0.1 192.0.2.53 ::1") ==
                  Told{fmt::format("/annotations/1: \"podd.org/dns\": a pod on the network \"{}\" "
                                   "does not reach the server 192.0.2.53",
                                   network)});
            CHECK(told(network, "host") ==
                  Told{fmt::format("/annotations/1: \"podd.org/dns\": a pod on the network \"{}\" "
                                   "does not reach the servers of the host's resolv.conf",
                                   network)});
        }
        for (const auto* network : {"default", "host", "lan", "default-restricted lan"})
            CHECK(told(network, "192.0.2.53").empty());
        CHECK(told("default-restricted", "none").empty());
    }
}
