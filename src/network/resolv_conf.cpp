// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/resolv_conf.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network/resolver.h"

namespace podd::network {

namespace {

constexpr std::string_view kBlank = " \t\r";

struct File {
    std::vector<std::string> servers;
    std::string search;   // the words; the last line of all counts
    std::string options;  // lines
};

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string_view key_of(std::string_view line) {
    return line.substr(0, line.find_first_of(kBlank));
}

File read(std::string_view text) {
    File file;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto key = key_of(line);
        const auto value = trimmed(line.substr(key.size()));
        if (key == "nameserver")
            file.servers.emplace_back(value.substr(0, value.find_first_of(kBlank)));
        else if (key == "search" || key == "domain")
            file.search = value;
        else if (key == "options")
            file.options += fmt::format("options {}\n", value);
    }
    return file;
}

bool is_reachable(std::string_view server) {
    if (const auto ipv4 = parse_ipv4(server)) return !is_loopback(*ipv4) && *ipv4 != Ipv4{};
    // With "%eth0" behind it, it is one of the host's links that is meant.
    const auto ipv6 = parse_ipv6(server);
    return ipv6 && !is_loopback(*ipv6) && !is_link_local(*ipv6) && *ipv6 != Ipv6{};
}

std::vector<std::string> reachable(const std::vector<std::string>& servers) {
    std::vector<std::string> out;
    std::copy_if(servers.begin(), servers.end(), std::back_inserter(out), is_reachable);
    return out;
}

// Whose servers are those of names.
File chosen(std::string_view host, std::string_view resolved) {
    for (const auto text : {host, resolved}) {
        auto file = read(text);
        auto servers = reachable(file.servers);
        if (servers.empty()) continue;
        file.servers = std::move(servers);
        return file;
    }
    return read(host);
}

// The lines that stay, each with its end.
std::string kept_lines(std::string_view text, const ResolverSettings& settings) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto key = key_of(line);
        if (key == "nameserver" && !settings.servers.empty()) continue;
        if ((key == "search" || key == "domain") && !settings.search.empty()) continue;
        if (key == "options" && !settings.options.empty()) continue;
        out += fmt::format("{}\n", line);
    }
    return out;
}

}  // namespace

std::string with_settings(std::string_view resolv_conf, const ResolverSettings& settings) {
    std::string out;
    for (const auto& server : settings.servers)
        out += fmt::format("nameserver {}\n", server);
    out += kept_lines(resolv_conf, settings);
    if (!settings.search.empty())
        out += fmt::format("search {}\n", fmt::join(settings.search, " "));
    if (!settings.options.empty())
        out += fmt::format("options {}\n", fmt::join(settings.options, " "));
    return out;
}

std::string pod_resolv_conf(std::string_view host, std::string_view resolved) {
    const auto file = chosen(host, resolved);
    return fmt::format("search {}{}{}\n{}", kPodDomain, file.search.empty() ? "" : " ", file.search,
                       file.options);
}

std::string with_server(const Ipv4& server, std::string_view pod_resolv_conf) {
    return fmt::format("nameserver {}\n{}", text(server), pod_resolv_conf);
}

std::string outer_resolv_conf(std::string_view host, std::string_view resolved) {
    const auto file = chosen(host, resolved);
    std::string out;
    for (const auto& server : reachable(file.servers))
        out += fmt::format("nameserver {}\n", server);
    if (out.empty()) return "# no server is known\n";
    if (!file.search.empty()) out += fmt::format("search {}\n", file.search);
    return out + file.options;
}

std::vector<std::string> name_servers(std::string_view host, std::string_view resolved) {
    return chosen(host, resolved).servers;
}

}  // namespace podd::network
