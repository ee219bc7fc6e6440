// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_result.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::network;

namespace {

podd::base::Result<CniResult> read(const std::string& text) {
    return cni_result(TRY(parse_plugin_answer(text)));
}

}  // namespace

TEST_CASE("interfaces, addresses and servers of a result") {
    const auto result = read(
        R"({"cniVersion":"0.4.0","interfaces":[{"name":"cni0","mac":"00:00:00:00:00:01"},)"
        R"({"name":"veth7"},{"name":"eth0","sandbox":"/run/podd/netns/x"}],)"
        R"("ips":[{"version":"4","interface":2,"address":"10.1.2.3/24","gateway":"10.1.2.1"},)"
        R"({"interface":0,"address":"10.1.2.1/24"},{"address":"fd00::3/64"}],"routes":[{"dst":"::/0"}],)"
        R"("dns":{"nameservers":["10.1.2.1","fd00::1"],"domain":"a.test","search":["b.test"],)"
        R"("options":["ndots:2"]}})");
    REQUIRE(result.has_value());
    CHECK(result->interfaces ==
          std::vector<CniInterface>{{"cni0", false}, {"veth7", false}, {"eth0", true}});
    CHECK(result->addresses == std::vector<std::string>{"10.1.2.3/24", "fd00::3/64"});
    CHECK(resolv_conf(result->dns) ==
          "nameserver 10.1.2.1\nnameserver fd00::1\nsearch a.test b.test\noptions ndots:2\n");
    CHECK(read(R"({"interfaces":null,"ips":null,"dns":{}})").value() == CniResult{});
    CHECK(resolv_conf({{}, {"a.test"}, {}}).empty());
}

TEST_CASE("a result that is none is refused: its words become files and names") {
    const struct {
        const char* text;
        const char* where;
    } cases[] = {
        {"", "line 1"},
        {"nonsense", "line 1"},
        {"[]", "/:"},
        {R"({"interfaces":7})", "/interfaces"},
        {R"({"interfaces":[{"name":"a/b"}]})", "/interfaces/0/name"},
        {R"({"interfaces":[{"name":".."}]})", "/interfaces/0/name"},
        {R"({"interfaces":[{"name":"sixteen-letters-"}]})", "/interfaces/0/name"},
        {R"({"ips":[{"address":"10.1.2.3"}]})", "/ips/0/address"},
        {R"({"ips":[{"address":"10.1.2.3/33"}]})", "/ips/0/address"},
        {R"({"ips":[{"address":"10.1.2.3/24","interface":0}]})", "/ips/0/interface"},
        {R"({"dns":[]})", "/dns"},
        {R"({"dns":{"nameservers":["10.1.2.1\nsearch evil"]}})", "/dns/nameservers/0"},
        {R"({"dns":{"search":["a","b\nnameserver 6.6.6.6"]}})", "/dns/search/1"},
        {R"({"dns":{"domain":"a b"}})", "/dns/domain"},
        {R"({"dns":{"options":[""]}})", "/dns/options/0"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto result = read(one.text);
        REQUIRE_FALSE(result.has_value());
        CAPTURE(result.error().message());
        CHECK(result.error().message().find(one.where) != std::string::npos);
    }
    CHECK_FALSE(parse_plugin_answer(std::string(kMaxPluginAnswer + 1, ' ')).has_value());
}

TEST_CASE("a plugin's own error is one line for people") {
    CHECK(plugin_error(
              R"({"cniVersion":"1.0.0","code":11,"msg":"try again","details":"lock\nheld"})") ==
          "try again (code 11): lock held");
    CHECK(plugin_error(R"({"code":999,"msg":"no addresses\u001b[2J"})")->find('\x1b') ==
          std::string::npos);
    for (const auto* text : {"", "panic: x", "{}", R"({"code":"7","msg":"x"})", R"({"code":7})"})
        CHECK_FALSE(plugin_error(text));
}
