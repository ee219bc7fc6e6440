// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/exposed_port.h"

#include "base/ip_address.h"
#include "schema/annotations.h"

namespace podd::schema {

namespace {

// At 127.0.0.53 and .54 systemd-resolved has sockets of its own. Source: systemd-resolved(8).
constexpr std::uint32_t kDnsPort = 53;

// `apart`: not one socket of both families at the loopback device, but one for each address.
std::vector<std::string> loopback_addresses(const std::string& host_ip, bool apart) {
    if (base::is_loopback(host_ip)) return {host_ip};
    std::vector<std::string> addresses;
    if (!base::is_every_address(host_ip)) return addresses;
    if (host_ip.empty() && !apart) return {host_ip};
    if (base::opens_ipv4(host_ip)) addresses.emplace_back("127.0.0.1");
    if (base::opens_ipv6(host_ip)) addresses.emplace_back("::1");
    return addresses;
}

}  // namespace

Exposed find_exposed(const PodManifest& manifest, const ExposedPort& exposed) {
    Exposed found;
    for (std::size_t index = 0; index < manifest.apps.size(); ++index) {
        const auto& app = manifest.apps[index].app;
        if (!app) {
            found.may_be_in_image = true;
            continue;
        }
        for (const auto& port : app->ports) {
            if (port.name != exposed.name) continue;
            found.port = &port;
            found.app = index;
            ++found.hits;
        }
    }
    if (!exposed.pod_port) return found;
    // Which app listens there it does not say.
    if (found.hits > 1) found.app.reset();
    if (found.hits == 0 && manifest.apps.size() == 1) found.app = 0;
    return {&*exposed.pod_port, false, 1, found.app};
}

std::vector<ActivatedPort> activated_ports(const PodManifest& manifest) {
    std::vector<ActivatedPort> ports;
    for (const auto& exposed : manifest.ports) {
        const Exposed found = find_exposed(manifest, exposed);
        if (found.port == nullptr || !found.port->socket_activated || !found.app) continue;
        const auto settings = app_settings(manifest.apps[*found.app]);
        ports.push_back({*found.app, exposed.name.str(), found.port->protocol, exposed.host_ip,
                         exposed.host_port, found.port->count, found.port->port,
                         settings && settings->socket_proxy});
    }
    return ports;
}

std::string_view protocol_of(const ExposedPort& exposed, const Port* port) {
    if (port != nullptr) return port->protocol;
    if (exposed.name.str().ends_with("-udp")) return "udp";
    return exposed.name.str().ends_with("-sctp") ? "sctp" : "tcp";
}

std::vector<LoopbackPorts> loopback_ports(const PodManifest& manifest) {
    std::vector<LoopbackPorts> ports;
    const auto settings = pod_settings(manifest);
    if (!settings || !has_link(settings->network)) return ports;
    for (const auto& exposed : manifest.ports) {
        const auto* port = find_exposed(manifest, exposed).port;
        const auto protocol = protocol_of(exposed, port);
        if (port != nullptr && port->socket_activated) continue;
        const std::uint32_t count = port == nullptr ? 1 : port->count;
        const std::uint32_t last = exposed.host_port + count - 1;
        const bool is_shared = exposed.host_port <= kDnsPort && kDnsPort <= last;
        // SCTP's sockets keep to a device from Linux 6.2 on alone.
        const bool apart = is_shared || protocol == "sctp";
        for (const auto& address : loopback_addresses(exposed.host_ip, apart))
            ports.push_back({std::string{protocol}, address, exposed.host_port, last});
    }
    return ports;
}

}  // namespace podd::schema
