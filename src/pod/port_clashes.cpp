// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/port_clashes.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/exposed_port.h"

namespace podd::pod {

namespace {

using schema::HostPorts;

std::string sentence(const HostPorts& mine, const HostPorts& theirs, const PortUser& other) {
    return fmt::format(
        "/ports/{}/hostPort: host port {}/{} is taken by pod \"{}\": \"{}\", "
        "/ports/{}/hostPort",
        mine.index, std::max(mine.first, theirs.first), mine.protocol, other.pod, other.path,
        theirs.index);
}

}  // namespace

// Where the host's ports are those of the apps, or the host does not come into it, what systemd
// listens at is all that is taken.
std::vector<HostPorts> wanted_host_ports(const schema::PodManifest& manifest) {
    const auto settings = schema::pod_settings(manifest);
    if (!settings) return {};
    auto ports = schema::host_ports(manifest);
    if (schema::has_link(settings->network) || !settings->named_networks.empty()) return ports;
    std::erase_if(ports, [&](const HostPorts& one) {
        const auto* port = schema::find_exposed(manifest, manifest.ports[one.index]).port;
        return port == nullptr || !port->socket_activated;
    });
    return ports;
}

std::vector<std::string> port_clashes(const PortUser& mine, const std::vector<PortUser>& others) {
    std::vector<std::string> found;
    const auto own = wanted_host_ports(mine.manifest);
    if (own.empty()) return found;
    for (const auto& other : others) {
        if (other.pod == mine.pod) continue;
        for (const auto& theirs : wanted_host_ports(other.manifest))
            for (const auto& port : own)
                if (schema::collide(port, theirs)) found.push_back(sentence(port, theirs, other));
    }
    return found;
}

}  // namespace podd::pod
