// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/rules.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "network/resolver.h"

namespace podd::network {

namespace {

// Links of pods are known by their names: whoever can give a link a name can also change this.
// Protocols are numbers, 6 is TCP and 17 UDP: nft of Debian 12 has their names from /etc/protocols,
// which is not everywhere.
//
// Metadata services of clouds know secrets of the host. Source: the documentation of Amazon
// (169.254.169.254, fd00:ec2::254), Google (fd20:ce::254), Azure (168.63.129.16), Alibaba
// (100.100.100.200) and Scaleway (fd00:42::42).
constexpr std::string_view kSets = R"(	set source4 { type ifname . ether_addr . ipv4_addr; }
	set source6 { type ifname . ether_addr . ipv6_addr; }
	set reach_pods { type ifname; }
	set reach_host { type ifname; }
	set reach_metadata { type ifname; }
	set restricted { type ifname; }
	set self4 { type ipv4_addr . ipv4_addr; }
	set self6 { type ipv6_addr . ipv6_addr; }
	set metadata4 { type ipv4_addr; flags interval; elements = { 100.100.100.200, 168.63.129.16, 169.254.0.0/16 }; }
	set metadata6 { type ipv6_addr; flags interval; elements = { fd00:42::42, fd00:ec2::/32, fd20:ce::/64 }; }
	map port4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
	map port6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
	map port_at4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
	map port_at6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
)";

// "refused": an ICMP error is on the spot, and so too early for TCP, which asks again after a
// second. "metadata" looks at the address that the pod asked for, as a rule of somebody else's can
// have translated it so as to lead to an agent.
constexpr std::string_view kFilters = R"(	chain from_pods {
		type filter hook prerouting priority raw;
		iifname != "podd-*" accept
		meta nfproto ipv4 iifname . ether saddr . ip saddr @source4 accept
		meta nfproto ipv6 iifname . ether saddr . ip6 saddr @source6 accept
		drop
	}
	chain refused {
		meta l4proto 6 reject with tcp reset
		reject with icmpx admin-prohibited
	}
	chain metadata {
		iifname @reach_metadata ct original ip daddr @metadata4 accept
		iifname @reach_metadata ct original ip6 daddr @metadata6 accept
		ct original ip daddr @metadata4 goto refused
		ct original ip6 daddr @metadata6 goto refused
		ip daddr @metadata4 goto refused
		ip6 daddr @metadata6 goto refused
	}
	chain to_host {
		type filter hook input priority filter;
		iifname != "podd-*" meta l4proto { 6, 17 } th dport 7653 ct state new drop
		iifname != "podd-*" accept
		ct state established,related accept
		meta l4proto { 6, 17 } th dport 7653 accept
		icmp type echo-request accept
		icmpv6 type { echo-request, nd-neighbor-solicit, nd-neighbor-advert } accept
		jump metadata
		iifname @reach_host accept
		goto refused
	}
	chain through_host {
		type filter hook forward priority filter;
		iifname != "podd-*" oifname != "podd-*" accept
		ct state established,related accept
		oifname "podd-*" ct status dnat accept
		iifname @reach_pods oifname @reach_pods accept
		oifname "podd-*" goto refused
		jump metadata
		iifname @restricted goto refused
	}
)";

// A port at loopback would need the sysctl route_localnet, which opens the host's own.
constexpr std::string_view kPorts = R"(		fib daddr type != local accept
		ip daddr 127.0.0.0/8 accept
		ip6 daddr ::1 accept
		dnat ip to ip daddr . meta l4proto . th dport map @port_at4
		dnat ip to meta l4proto . th dport map @port4
		dnat ip6 to ip6 daddr . meta l4proto . th dport map @port_at6
		dnat ip6 to meta l4proto . th dport map @port6
	}
)";

struct Element {
    std::string_view set;
    std::string key;
    std::string value;  // of a map
};

void add_port(std::vector<Element>& elements, const Connection& pod, const Port& port) {
    const bool all = base::is_every_address(port.host_ip);
    const auto key = fmt::format("{}{}{} . {}", all ? "" : port.host_ip, all ? "" : " . ",
                                 protocol_number(port.protocol).value_or(0), port.host_port);
    if (base::opens_ipv4(port.host_ip))
        elements.push_back({all ? "port4" : "port_at4", key,
                            fmt::format("{} . {}", text(pod.ipv4), port.pod_port)});
    if (pod.ipv6 && base::opens_ipv6(port.host_ip))
        elements.push_back({all ? "port6" : "port_at6", key,
                            fmt::format("{} . {}", text(*pod.ipv6), port.pod_port)});
}

std::vector<Element> elements_of(const Connection& pod) {
    std::vector<Element> elements;
    const auto link = link_name(pod.pod);
    const auto mac = text(mac_of(pod.ipv4, End::kPod));
    const auto ipv4 = text(pod.ipv4);
    elements.push_back({"source4", fmt::format("\"{}\" . {} . {}", link, mac, ipv4), {}});
    elements.push_back({"self4", fmt::format("{} . {}", ipv4, ipv4), {}});
    if (pod.ipv6) {
        const auto ipv6 = text(*pod.ipv6);
        elements.push_back({"source6", fmt::format("\"{}\" . {} . {}", link, mac, ipv6), {}});
        elements.push_back({"self6", fmt::format("{} . {}", ipv6, ipv6), {}});
    }
    const std::pair<std::string_view, bool> links[] = {{"reach_pods", pod.access.pods},
                                                       {"reach_host", pod.access.host},
                                                       {"reach_metadata", pod.access.metadata},
                                                       {"restricted", pod.access.restricted}};
    for (const auto& [set, is_in] : links)
        if (is_in) elements.push_back({set, fmt::format("\"{}\"", link), {}});
    for (const auto& port : pod.ports)
        add_port(elements, pod, port);
    return elements;
}

std::string to_resolver(const Pool& pool) {
    constexpr std::string_view kRule =
        "\t\tiifname \"podd-*\" {} daddr {} meta l4proto {{ 6, 17 }} th dport 53 redirect to :{}\n";
    auto rules = fmt::format(kRule, "ip", text(pool.ipv4(Pool::kGateway)), kResolverPort);
    if (pool.has_ipv6)
        rules += fmt::format(kRule, "ip6", text(pool.ipv6(Pool::kGateway)), kResolverPort);
    return rules;
}

std::string to_world(const Settings& settings) {
    constexpr std::string_view kRule = "\t\t{} saddr {} oifname != \"podd-*\" masquerade\n";
    if (!settings.masquerade) return {};
    auto rules = fmt::format(kRule, "ip", settings.pool.ipv4_text());
    if (settings.pool.has_ipv6) rules += fmt::format(kRule, "ip6", settings.pool.ipv6_text());
    return rules;
}

// All but the set "version".
std::string body(const Settings& settings) {
    std::string out{kSets};
    out += kFilters;
    out += "\tchain ports {\n\t\ttype nat hook prerouting priority dstnat;\n";
    out += to_resolver(settings.pool);
    out += kPorts;
    out += "\tchain own_ports {\n\t\ttype nat hook output priority -100;\n";
    out += kPorts;
    out += "\tchain to_world {\n\t\ttype nat hook postrouting priority srcnat;\n";
    out += "\t\tip saddr . ip daddr @self4 masquerade\n";
    out += "\t\tip6 saddr . ip6 daddr @self6 masquerade\n";
    return out + to_world(settings) + "\t}\n";
}

std::string command(std::string_view verb, const Element& element) {
    return fmt::format("{} element inet podd {} {{ {}{}{} }}\n", verb, element.set, element.key,
                       element.value.empty() ? "" : " : ", element.value);
}

}  // namespace

std::string table(const Settings& settings) {
    const auto rules = body(settings);
    return fmt::format(
        "table inet podd {{\n\tset version {{ type mark; elements = {{ {} }}; }}\n{}}}\n",
        hash(rules), rules);
}

std::string probe(const Settings& settings) {
    return fmt::format("get element inet podd version {{ {} }}\n", hash(body(settings)));
}

std::string add_elements(const Connection& connection) {
    std::string out;
    for (const auto& element : elements_of(connection))
        out += command("add", element);
    return out;
}

std::string get_elements(const Connection& connection) {
    std::string out;
    for (auto& element : elements_of(connection)) {
        element.value.clear();
        out += command("get", element);
    }
    return out;
}

std::string remove_elements(const Connection& connection) {
    std::string out;
    for (const auto& element : elements_of(connection)) {
        out += command("add", element);
        out += command("delete", element);
    }
    return out;
}

}  // namespace podd::network
