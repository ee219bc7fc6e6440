// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/name_resolution.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/domain_name.h"
#include "base/ip_address.h"
#include "base/number.h"
#include "schema/annotations.h"
#include "schema/json_node.h"
#include "schema/word_list.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::string_view kHostWord = "host";

// A group is nobody who answers, and all zeroes means the pod itself to some and nobody to others.
Result<std::string> unicast(std::string_view text) {
    const auto ipv4 = base::parse_ipv4(text);
    const auto ipv6 = base::parse_ipv6(text);
    const bool good = ipv4 ? !base::is_multicast(*ipv4) && *ipv4 != base::Ipv4{}
                           : ipv6 && !base::is_multicast(*ipv6) && *ipv6 != base::Ipv6{};
    if (!good)
        return found_wanted(quoted(text), "an address such as \"192.0.2.53\" or \"2001:db8::53\"");
    return std::string{text};
}

Result<> set_servers(NameResolution& names, std::string_view text) {
    const auto all = TRY(words(text));
    constexpr std::string_view kWanted = "\"host\", \"none\" or addresses of at most 3 servers";
    if (all.empty() || all.size() > base::kMaxNameServers)
        return found_wanted(quoted(text), kWanted);
    if (all.size() == 1 && (all.front() == kHostWord || all.front() == "none")) {
        names.source = all.front() == kHostWord ? DnsSource::kHost : DnsSource::kNone;
        return {};
    }
    for (const auto& word : all) {
        if (word == kHostWord || word == "none")
            return found_wanted(quoted(word) + " beside other words", kWanted);
        names.servers.push_back(TRY(unicast(word)));
    }
    names.source = DnsSource::kServers;
    return {};
}

Result<> set_search(NameResolution& names, std::string_view text) {
    names.search = TRY(words(text));
    if (names.search.empty()) return found_wanted(quoted(text), "domains, or \".\" for none");
    for (const auto& domain : names.search)
        if (!base::is_domain_name(domain) && (domain != "." || names.search.size() > 1))
            return found_wanted(quoted(domain),
                                "a domain such as \"example.com\", or \".\" alone for none");
    return {};
}

struct Option {
    std::string_view name;
    bool has_number;
};

// Source: resolv.conf(5) of glibc 2.41. One that is misspelt has no effect there, without a word.
constexpr std::array kOptions{Option{"ndots", true},
                              Option{"timeout", true},
                              Option{"attempts", true},
                              Option{"debug", false},
                              Option{"rotate", false},
                              Option{"no-aaaa", false},
                              Option{"no-check-names", false},
                              Option{"inet6", false},
                              Option{"edns0", false},
                              Option{"single-request", false},
                              Option{"single-request-reopen", false},
                              Option{"no-tld-query", false},
                              Option{"use-vc", false},
                              Option{"no-reload", false},
                              Option{"trust-ad", false}};

bool is_option(std::string_view word) {
    const auto colon = word.find(':');
    const bool has_number = colon != std::string_view::npos;
    return std::any_of(kOptions.begin(), kOptions.end(), [&](const Option& option) {
        return option.name == word.substr(0, colon) && option.has_number == has_number &&
               (!has_number || base::parse_number<std::uint8_t>(word.substr(colon + 1)));
    });
}

Result<> set_options(NameResolution& names, std::string_view text) {
    names.options = TRY(words(text));
    if (names.options.empty())
        return found_wanted(quoted(text), "options such as \"ndots:2 edns0\"");
    for (const auto& option : names.options)
        if (!is_option(option))
            return found_wanted(quoted(option),
                                "an option of resolv.conf(5) such as \"ndots:2\" or \"edns0\"");
    return {};
}

Result<HostsEntry> hosts_entry(std::string_view word) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos)
        return found_wanted(quoted(word), "\"host\" or ADDRESS=NAME, as in \"192.0.2.7=db\"");
    const auto address = word.substr(0, equals);
    if (!base::parse_ipv4(address) && !base::parse_ipv6(address))
        return found_wanted(quoted(word), "an address before the \"=\", as in \"192.0.2.7=db\"");
    HostsEntry entry{std::string{address}, {}};
    auto rest = word.substr(equals + 1);
    while (true) {
        const auto comma = rest.find(',');
        const auto name = rest.substr(0, comma);
        if (!base::is_domain_name(name))
            return found_wanted(quoted(word),
                                "names behind the \"=\", with commas between them, as in "
                                "\"192.0.2.7=db.example.com,db\"");
        entry.names.emplace_back(name);
        if (comma == std::string_view::npos) return entry;
        rest.remove_prefix(comma + 1);
    }
}

Result<> set_hosts(NameResolution& names, std::string_view text) {
    const auto all = TRY(words(text));
    if (all.empty())
        return found_wanted(quoted(text), "\"host\" or ADDRESS=NAME, as in \"192.0.2.7=db\"");
    for (const auto& word : all) {
        if (word == kHostWord)
            names.hosts_of_host = true;
        else
            names.hosts.push_back(TRY(hosts_entry(word)));
    }
    return {};
}

// A server that one of the plugins' networks reaches cannot be told from one that none does.
bool is_closed_in(const PodSettings& settings) {
    if (!settings.named_networks.empty()) return false;
    if (settings.network == Network::kNone) return true;
    return settings.network == Network::kDefaultRestricted && !settings.network_access.pods &&
           !settings.network_access.host;
}

}  // namespace

bool is_name_annotation(std::string_view name) {
    return name == kDns || name == kDnsSearch || name == kDnsOptions || name == kHosts;
}

Result<bool> apply_names(NameResolution& names, const Annotation& annotation) {
    const std::string_view name = annotation.name.str();
    if (name == kDns)
        TRY(set_servers(names, annotation.value));
    else if (name == kDnsSearch)
        TRY(set_search(names, annotation.value));
    else if (name == kDnsOptions)
        TRY(set_options(names, annotation.value));
    else if (name == kHosts)
        TRY(set_hosts(names, annotation.value));
    else
        return false;
    return true;
}

Result<> check_names(const JsonNode& owner, const std::vector<Annotation>& annotations,
                     const PodSettings& settings) {
    const auto& names = settings.names;
    const bool is_changed = !names.search.empty() || !names.options.empty();
    const bool no_network = settings.network == Network::kNone && settings.named_networks.empty();
    const bool no_file =
        names.source == DnsSource::kNone || (names.source == DnsSource::kOfNetwork && no_network);
    if (!is_changed || !no_file) return {};
    const auto name = names.search.empty() ? kDnsOptions : kDnsSearch;
    const auto found = names.source == DnsSource::kNone
                           ? fmt::format("\"{}\" beside \"{}\" \"none\"", name, kDns)
                           : fmt::format("\"{}\" on the network \"none\"", name);
    return refuse_annotation(owner, annotations, name, found,
                             fmt::format("\"{}\" to say which servers are asked", kDns));
}

std::vector<std::string> unreachable_servers(const PodSettings& settings) {
    std::vector<std::string> out;
    if (!is_closed_in(settings)) return out;
    const auto network = word_of(settings.network);
    if (settings.names.source == DnsSource::kHost)
        out.push_back(fmt::format(
            "a pod on the network \"{}\" does not reach the servers of the host's resolv.conf",
            network));
    for (const auto& server : settings.names.servers)
        if (!base::is_loopback(server))
            out.push_back(fmt::format("a pod on the network \"{}\" does not reach the server {}",
                                      network, server));
    return out;
}

}  // namespace podd::schema
