// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/firewall.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd::network;

namespace {

std::string chain(const std::string& name, const std::string& hook, const std::string& policy,
                  const std::string& table = "inet", const std::string& of = "filter") {
    return fmt::format(
        R"({{"chain":{{"family":"{}","table":"{}","name":"{}","type":"filter","hook":"{}","prio":0,"policy":"{}"}}}})",
        table, of, name, hook, policy);
}

std::string side_chain(const std::string& name, const std::string& table = "inet",
                       const std::string& of = "filter") {
    return fmt::format(R"({{"chain":{{"family":"{}","table":"{}","name":"{}"}}}})", table, of,
                       name);
}

std::string rule(const std::string& of, const std::string& statements,
                 const std::string& family = "inet", const std::string& table = "filter") {
    return fmt::format(
        R"({{"rule":{{"family":"{}","table":"{}","chain":"{}","handle":1,"expr":[{}]}}}})", family,
        table, of, statements);
}

std::string match(const std::string& key, const std::string& right, const std::string& op = "==") {
    return fmt::format(R"({{"match":{{"op":"{}","left":{{"meta":{{"key":"{}"}}}},"right":{}}}}})",
                       op, key, right);
}

std::string source(const std::string& right) {
    return fmt::format(
        R"({{"match":{{"op":"==","left":{{"payload":{{"protocol":"ip","field":"saddr"}}}},"right":{}}}}})",
        right);
}

const std::string kAccept = R"({"accept":null})";
const std::string kDrop = R"({"drop":null})";
const std::string kEstablished =
    R"({"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}})";

std::vector<FirewallFinding> found(const std::string& parts) {
    const auto rules =
        parse_ruleset(R"({"nftables":[{"metainfo":{"json_schema_version":1}},)" + parts + "]}");
    REQUIRE(rules.has_value());
    return firewall_findings(*rules, {"10.80.0.0/16", {"eth0"}});
}

}  // namespace

TEST_CASE("a chain that drops what is forwarded, and rules that let pods pass") {
    const std::string both = "what pods send to other networks, and what others send to ports";
    const std::string out = "what pods send to other networks:";
    const std::string in = "drops what others send to ports of pods:";
    const struct {
        std::string rules;
        std::string wanted;  // empty: nothing is found
    } rows[] = {
        {"", both},
        {rule("forward", kEstablished + "," + kAccept), both},
        {rule("forward", match("iifname", R"("podd-*")") + "," + kAccept), in},
        {rule("forward", match("oifname", R"("podd-*")") + "," + kAccept), out},
        {rule("forward", match("iifname", R"("podd*")") + "," + kAccept) + "," +
             rule("forward", match("oifname", R"("podd*")") + "," + kAccept),
         ""},
        // One pod's link is not all of them, and another interface none.
        {rule("forward", match("iifname", R"("podd-web")") + "," + kAccept), both},
        {rule("forward", match("iifname", R"("docker0")") + "," + kAccept), both},
        {rule("forward", match("iifname", R"("eth1")", "!=") + "," + kAccept), ""},
        {rule("forward", match("iifname", R"({"set":["lo","podd-*"]})") + "," + kAccept), in},
        {rule("forward", source(R"({"prefix":{"addr":"10.0.0.0","len":8}})") + "," + kAccept), in},
        {rule("forward", source(R"({"prefix":{"addr":"10.80.0.0","len":17}})") + "," + kAccept),
         both},
        {rule("forward", source(R"({"prefix":{"addr":"192.0.2.0","len":24}})") + "," + kAccept),
         both},
        {rule("forward", match("oifname", R"("eth0")") + "," + kAccept), in},
        {rule("forward",
              R"({"match":{"op":"in","left":{"ct":{"key":"status"}},"right":"dnat"}},)" + kAccept),
         out},
        // Of one port, of some packets, or of what iptables knows: not of all.
        {rule(
             "forward",
             R"({"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":80}},)" +
                 kAccept),
         both},
        {rule("forward", R"({"limit":{"rate":5,"per":"second"}},)" + kAccept), both},
        {rule("forward", R"({"xt":null},)" + kAccept), both},
        {rule("forward", R"({"counter":{"packets":0,"bytes":0}},)" + kAccept), ""},
        {rule(
             "forward",
             R"({"vmap":{"key":{"ct":{"key":"state"}},"data":{"set":[["established",{"accept":null}],["new",{"jump":{"target":"fresh"}}]]}}})") +
             "," + side_chain("fresh") + "," + rule("fresh", kAccept),
         ""},
        {rule("forward", R"({"jump":{"target":"more"}})") + "," + side_chain("more") + "," +
             rule("more", match("iifname", R"("podd-*")") + R"(,{"return":null})") + "," +
             rule("more", kAccept),
         out},
        {rule("forward", R"({"goto":{"target":"more"}})") + "," + side_chain("more") + "," +
             rule("forward", kAccept),
         both},
        // For ever in a circle.
        {rule("forward", R"({"jump":{"target":"more"}})") + "," + side_chain("more") + "," +
             rule("more", R"({"jump":{"target":"more"}})"),
         both},
    };
    for (const auto& [rules, wanted] : rows) {
        CAPTURE(rules);
        const auto all =
            found(chain("forward", "forward", "drop") + (rules.empty() ? "" : ",") + rules);
        REQUIRE(all.size() == (wanted.empty() ? 0 : 1));
        if (wanted.empty()) continue;
        CHECK(all[0].text.find(wanted) != std::string::npos);
        CHECK_FALSE(all[0].is_minor);
    }
}

TEST_CASE("rules drop as well as policies, and only in the way of pods") {
    CHECK(found(chain("f", "forward", "accept")).empty());
    CHECK(found(chain("f", "forward", "accept") + "," +
                rule("f", R"({"reject":{"type":"icmpx","expr":"admin-prohibited"}})"))
              .size() == 1);
    CHECK(found(chain("f", "forward", "accept") + "," +
                rule("f", match("iifname", R"("docker0")") + "," + kDrop))
              .empty());
    // A part of what there is, or nobody knows: what is in a set of interfaces.
    for (const auto* condition :
         {R"({"limit":{"rate":5,"per":"second","inv":true}})", R"({"quota":{"val":9,"inv":true}})",
          R"({"ct count":{"val":9,"inv":true}})", R"({"xt":{"type":"match","name":"recent"}})",
          R"({"set":{"op":"add","elem":"x","set":"@often","stmt":[{"limit":{"rate":5}}]}})",
          R"({"match":{"op":"!=","left":{"meta":{"key":"iifname"}},"right":"@trusted"}})"}) {
        CAPTURE(condition);
        CHECK(found(chain("f", "forward", "accept") + "," + rule("f", condition + ("," + kDrop)))
                  .empty());
    }
    CHECK(found(chain("f", "forward", "accept") + "," +
                rule("f", R"({"set":{"op":"add","elem":"x","set":"@seen"}},)" + kDrop))
              .size() == 1);
    CHECK(found(chain("f", "prerouting", "drop")).empty());
    CHECK(found(chain("f", "forward", "drop", "bridge")).empty());
    CHECK(found(chain("f", "forward", "drop", "inet", "podd")).empty());
    CHECK(found(R"({"table":{"family":"inet","name":"filter","handle":1,"flags":["dormant"]}},)" +
                chain("f", "forward", "drop"))
              .empty());
    // A chain for each hook: all of them are looked at.
    CHECK(found(chain("a", "forward", "drop") + "," + chain("b", "forward", "drop", "ip")).size() ==
          2);
}

TEST_CASE("what is closed between pods and the host is minor") {
    for (const auto* hook : {"input", "output"}) {
        CAPTURE(hook);
        const auto all = found(chain("c", hook, "drop"));
        REQUIRE(all.size() == 1);
        CHECK(all[0].is_minor);
    }
}

TEST_CASE("what to do depends on whose the rules are") {
    const struct {
        std::string rules;
        std::string wanted;
    } rows[] = {
        {chain("forward", "forward", "drop"),
         "table inet filter, chain forward drops what pods send to other networks, and what others "
         "send to ports of pods: run 'nft insert rule inet filter forward iifname \"podd-*\" "
         "accept' and 'nft insert rule inet filter forward oifname \"podd-*\" accept', or put it "
         "into the file that the rules come from"},
        {chain("FORWARD", "forward", "drop", "ip"),
         "run 'iptables -I FORWARD -i podd-+ -j ACCEPT' and 'iptables -I FORWARD -o podd-+ -j "
         "ACCEPT'"},
        {chain("FORWARD", "forward", "drop", "ip6") + "," + side_chain("DOCKER-USER", "ip6"),
         "run 'ip6tables -I DOCKER-USER -i podd-+ -j ACCEPT' and 'ip6tables -I DOCKER-USER -o "
         "podd-+ -j ACCEPT' after each start of Docker"},
        {chain("INPUT", "input", "drop", "ip"), "run 'iptables -I INPUT -i podd-+ -j ACCEPT'"},
        {chain("filter_FORWARD", "forward", "drop", "inet", "firewalld"), "firewall-cmd"},
        {chain("FORWARD", "forward", "drop", "ip") + "," + side_chain("ufw-before-forward", "ip"),
         "ufw"},
    };
    for (const auto& [rules, wanted] : rows) {
        CAPTURE(rules);
        const auto all = found(rules);
        REQUIRE(all.size() == 1);
        CAPTURE(all[0].text);
        CHECK(all[0].text.find(wanted) != std::string::npos);
    }
}

TEST_CASE("what is no rule set is refused") {
    for (const auto* text : {"", "[]", "{}", R"({"nftables":1})"}) {
        CAPTURE(text);
        CHECK(!parse_ruleset(text));
    }
    // Of another shape than we know: no rule.
    const auto rules = parse_ruleset(R"({"nftables":[1,{"chain":2},{"rule":{"expr":[]}}]})");
    REQUIRE(rules.has_value());
    CHECK(firewall_findings(*rules, {}).empty());
}
