// SPDX-License-Identifier: LGPL-2.1-or-later
// resolv.conf of a pod with a network of its own, made from the host's; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace podd::network {

struct ResolvConf {
    std::string text;
    std::vector<std::string> servers;  // those that `text` names
};

/// A server at a loopback address of the host is out of a pod's reach. Where the host's file names
/// nothing else, it is that of systemd-resolved's stub or of another server like it, and the
/// file in which systemd-resolved names its own servers takes its place. Source: resolv.conf(5),
/// "/etc/resolv.conf" in systemd-resolved.service(8).
ResolvConf pod_resolv_conf(std::string_view host, std::string_view resolved);

}  // namespace podd::network
