// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl network list
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "podctl/human.h"
#include "podctl/manager.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

using PortRow = sdbus::Struct<std::string, std::string, std::uint16_t, std::uint16_t>;

// "192.0.2.1:8080->80/tcp"
std::string port_text(const PortRow& port) {
    const auto& [protocol, host_ip, host_port, pod_port] = client::as_tuple(port);
    const bool is_ipv6 = host_ip.find(':') != std::string::npos;
    const auto address = is_ipv6 ? fmt::format("[{}]", host_ip) : host_ip;
    const auto at = address.empty() ? address : address + ":";
    return fmt::format("{}{}->{}/{}", at, host_port, pod_port, protocol);
}

Cell ports_cell(const std::vector<PortRow>& ports) {
    base::Json::Array list;
    std::vector<std::string> texts;
    for (const PortRow& port : ports) {
        const auto& [protocol, host_ip, host_port, pod_port] = client::as_tuple(port);
        list.emplace_back(base::Json::Object{{"protocol", protocol},
                                             {"hostIP", host_ip},
                                             {"hostPort", std::uint64_t{host_port}},
                                             {"podPort", std::uint64_t{pod_port}}});
        texts.push_back(port_text(port));
    }
    return {base::Json{std::move(list)}, fmt::format("{}", fmt::join(texts, ","))};
}

Cell texts_cell(const std::vector<std::string>& texts, std::string_view separator,
                const char* nothing) {
    return {base::Json{base::Json::Array(texts.begin(), texts.end())},
            texts.empty() ? nothing : fmt::format("{}", fmt::join(texts, separator))};
}

}  // namespace

base::Result<int> verb_network_list(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    const auto links = TRY(client::guarded(
        [&] { return session.manager->ListNetworkLinks(session.manager->flags()); }));
    Table table{"links",
                {{"POD", "pod"},
                 {"NETWORK", "network"},
                 {"LINK", "link"},
                 {"ADDRESSES", "addresses"},
                 {"PORTS", "ports"},
                 {"RATE", "bandwidth", true},
                 {"SINCE", "since"},
                 {"STATE", "problems"}},
                {}};
    for (const auto& row : links) {
        const auto& [pod, network, link, addresses, ports, bandwidth, since, problems] =
            client::as_tuple(row);
        table.rows.push_back(
            {{pod, pod.empty() ? "-" : pod},
             {network, network},
             {link, link.empty() ? "-" : link},
             texts_cell(addresses, ",", "-"),
             ports_cell(ports),
             {bandwidth, bandwidth == 0 ? "-" : fmt::format("{}/s", human_bytes(bandwidth))},
             {since, since == 0 ? "-" : local_time(since)},
             texts_cell(problems, "; ", "ok")});
    }
    print_table(table, arguments.options);
    return kOk;
}

}  // namespace podd::podctl
