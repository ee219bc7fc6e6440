// SPDX-License-Identifier: LGPL-2.1-or-later
// The annotations of a pod that say how its apps resolve names: its /etc/resolv.conf and
// /etc/hosts. Source: podd.network(5); resolv.conf(5), hosts(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::schema {

/// Addresses of servers, blank between them; "host" for the host's resolv.conf as it is, "none" for
/// no file of podd's. Default: what the network says.
inline constexpr std::string_view kDns = "podd.org/dns";
/// Search domains, blank between them, in place of others; "." for none.
inline constexpr std::string_view kDnsSearch = "podd.org/dns-search";
/// Options of resolv.conf(5), blank between them, in place of others.
inline constexpr std::string_view kDnsOptions = "podd.org/dns-options";
/// ADDRESS=NAME[,NAME…], blank between them; "host" for those of the host's file.
inline constexpr std::string_view kHosts = "podd.org/hosts";

enum class DnsSource : unsigned char { kOfNetwork, kHost, kNone, kServers };

struct HostsEntry {
    std::string address;
    std::vector<std::string> names;  // the first one is the canonical name
    bool operator==(const HostsEntry&) const = default;
};

struct NameResolution {
    DnsSource source = DnsSource::kOfNetwork;
    std::vector<std::string> servers{};  // of DnsSource::kServers
    std::vector<std::string> search{};   // empty: as the source says
    std::vector<std::string> options{};
    bool hosts_of_host = false;  // those of the host's file, before `hosts`
    std::vector<HostsEntry> hosts{};
    bool operator==(const NameResolution&) const = default;
};

struct Annotation;
class JsonNode;
struct PodSettings;

bool is_name_annotation(std::string_view name);

/// Whether it was one of these annotations. Errors: kInvalidArgument.
base::Result<bool> apply_names(NameResolution& names, const Annotation& annotation);

/// What they are to each other and to the network; `owner` has the "annotations". Errors:
/// kInvalidArgument, JSON pointer first.
base::Result<> check_names(const JsonNode& owner, const std::vector<Annotation>& annotations,
                           const PodSettings& settings);

/// One sentence for each server that a pod with these settings cannot reach.
std::vector<std::string> unreachable_servers(const PodSettings& settings);

}  // namespace podd::schema
