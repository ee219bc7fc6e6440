// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_network.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::network;

namespace {

std::string said(const std::string& text) {
    const auto network = parse_cni_network(text);
    return network ? "" : network.error().message();
}

// A list with that plugin.
std::string with(const std::string& plugin) {
    return R"({"cniVersion":"1.0.0","name":"lan","plugins":[)" + plugin + "]}";
}

}  // namespace

TEST_CASE("a list of plugins") {
    const auto lan = parse_cni_network(
        R"({"cniVersion":"0.4.0","name":"lan","disableCheck":true,"plugins":[)"
        R"({"type":"bridge","ipam":{"type":"host-local"},"other":[1]},)"
        R"({"type":"portmap","capabilities":{"portMappings":true,"mac":false}},{"type":"bridge"}]})");
    REQUIRE(lan.has_value());
    CHECK(lan->name == "lan");
    CHECK(lan->version == "0.4.0");
    CHECK(lan->disable_check);
    CHECK(lan->plugins[0].str() == R"({"type":"bridge","ipam":{"type":"host-local"},"other":[1]})");
    CHECK(plugin_types(*lan) == std::vector<std::string>{"bridge", "host-local", "portmap"});
    CHECK(has_capability(*lan, "portMappings"));
    CHECK_FALSE(has_capability(*lan, "mac"));
    CHECK_FALSE(has_capability(*lan, "ips"));
    CHECK(is_checkable(*lan));
    CHECK(cni_network_from_json(to_json(*lan)).value() == *lan);
}

TEST_CASE("a single plugin is a list of one") {
    const auto lan =
        parse_cni_network(R"({"cniVersion":"0.3.1","name":"lan","type":"ptp","ipam":{}})");
    REQUIRE(lan.has_value());
    CHECK(lan->plugins.size() == 1);
    CHECK(plugin_types(*lan) == std::vector<std::string>{"ptp"});
    CHECK_FALSE(is_checkable(*lan));
    CHECK(cni_network_from_json(to_json(*lan)).value() == *lan);
}

TEST_CASE("the highest version that both sides know counts") {
    const struct {
        const char* text;
        const char* version;
    } cases[] = {{R"("cniVersion":"0.3.1")", "0.3.1"},
                 {R"("cniVersion":"1.1.0","cniVersions":["0.3.1","1.0.0","1.1.0"])", "1.0.0"},
                 {R"("cniVersions":["0.4.0","0.3.1"])", "0.4.0"},
                 {R"("cniVersion":"1.1.0")", nullptr},
                 {R"("cniVersion":1)", nullptr},
                 {R"("x":1)", nullptr}};
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto network =
            parse_cni_network("{" + std::string{one.text} + R"(,"name":"lan","type":"ptp"})");
        REQUIRE(network.has_value() == (one.version != nullptr));
        if (network) CHECK(network->version == one.version);
    }
    CHECK(said(R"({"cniVersion":"0.2.0","name":"lan","type":"ptp"})") ==
          R"(/cniVersion: found "0.2.0", wanted "0.3.1", "0.4.0" or "1.0.0")");
}

TEST_CASE("a bad description is refused with its member") {
    const struct {
        std::string text;
        const char* begin;
    } cases[] = {
        {"[]", "/: found an array"},
        {"{", "line 1"},
        {R"({"cniVersion":"1.0.0","type":"ptp"})", "/name: found nothing"},
        {R"({"cniVersion":"1.0.0","name":"lan"})", "/plugins: found nothing"},
        {R"({"cniVersion":"1.0.0","name":"lan","plugins":[]})", "/plugins: found an array"},
        {R"({"cniVersion":"1.0.0","name":"lan","type":"ptp","disableCheck":1})", "/disableCheck"},
        {with("7"), "/plugins/0: found an integer"},
        {with("{}"), "/plugins/0/type: found nothing"},
        {with(R"({"type":"../sh"})"), R"(/plugins/0/type: found "../sh")"},
        {with(R"({"type":"a/b"})"), "/plugins/0/type"},
        {with(R"({"type":"a","ipam":{"type":"/bin/sh"}})"), "/plugins/0/ipam/type"},
        {with(R"({"type":"a","ipam":[]})"), "/plugins/0/ipam: found an array"},
        {with(R"({"type":"a","capabilities":{"mac":"yes"}})"), "/plugins/0/capabilities/mac"},
        {with(R"({"type":"a","capabilities":[]})"), "/plugins/0/capabilities"},
        {with(R"({"type":"a","prevResult":{}})"), "/plugins/0/prevResult"},
        {with(R"({"type":"a","runtimeConfig":{}})"), "/plugins/0/runtimeConfig"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto text = said(one.text);
        CAPTURE(text);
        CHECK(text.starts_with(one.begin));
    }
}
