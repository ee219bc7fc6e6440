// SPDX-License-Identifier: LGPL-2.1-or-later
// resolv.conf of a pod with a link to the host, and the servers that stand behind it; pure. Source:
// resolv.conf(5), "/etc/resolv.conf" in systemd-resolved.service(8).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "network/address.h"

namespace podd::network {

/// Where systemd-resolved names its own servers. Where the host's file names none that another
/// network reaches, it is that of the stub of systemd-resolved or of another server like it, and
/// this one takes its place.
inline constexpr const char* kResolvedFile = "/run/systemd/resolve/resolv.conf";

/// The pod's server is podd-resolve.service at with_server(); search domains and options are the
/// host's, the pods' own domain first.
std::string pod_resolv_conf(std::string_view host, std::string_view resolved);
/// The same with its first line.
std::string with_server(const Ipv4& server, std::string_view pod_resolv_conf);

/// The same for a pod without such a link, which asks the host's servers itself: those that other
/// networks reach. Never empty, as plugins may have servers to put in its place.
std::string outer_resolv_conf(std::string_view host, std::string_view resolved);

/// What somebody says otherwise than a resolv.conf; empty: as it is.
struct ResolverSettings {
    std::vector<std::string> servers{};
    std::vector<std::string> search{};
    std::vector<std::string> options{};  // "ndots:2"
};
/// The text with those settings in place of its own; all other lines stay.
std::string with_settings(std::string_view resolv_conf, const ResolverSettings& settings);

/// Whom podd-resolve.service asks. Where neither file names a server that other networks reach,
/// those are left that the host alone does. The zone of a link-local address is behind a "%".
std::vector<std::string> name_servers(std::string_view host, std::string_view resolved);

}  // namespace podd::network
