// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/port_findings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ip_address.h"
#include "pod/id_range.h"
#include "pod/named_networks.h"

namespace podd::pod {

namespace {

std::vector<PortUse> uses_of(const schema::PodManifest& manifest) {
    std::vector<PortUse> uses;
    const auto settings = schema::pod_settings(manifest);
    if (!settings) return uses;
    const bool by_podd = schema::has_link(settings->network);
    const bool is_forwarded = by_podd || plugins_forward_here(*settings);
    const auto loopback = schema::loopback_ports(manifest);
    for (const auto& ports : wanted_host_ports(manifest)) {
        const auto* port = schema::find_exposed(manifest, manifest.ports[ports.index]).port;
        const bool is_activated = port != nullptr && port->socket_activated;
        if (is_activated)
            uses.push_back({ports, true});
        else if (is_forwarded)
            uses.push_back({ports, false, by_podd ? Forwarder::kPodd : Forwarder::kPlugins,
                            ports.protocol == "tcp" ? loopback : decltype(loopback){}});
    }
    return uses;
}

std::vector<plan::PortPlan> each_port(const schema::HostPorts& ports) {
    std::vector<plan::PortPlan> each;
    for (auto port = ports.first; port <= ports.last; ++port)
        each.push_back({std::string{ports.protocol}, std::string{ports.host_ip},
                        static_cast<std::uint16_t>(port), 0});
    return each;
}

// What pods that run have; looked at once.
class Host {
public:
    Host(const PortUser& mine, const std::vector<PortUser>& known) : pods_{held_ports(mine.pod)} {
        std::erase_if(pods_, [&](const auto& pod) {
            return !is_range_held(pod.uid_base) ||
                   std::any_of(known.begin(), known.end(),
                               [&](const auto& user) { return user.pod == pod.pod; });
        });
    }

    std::optional<std::string> who_has(const PortUse& use) {
        const auto ports = each_port(use.ports);
        if (const auto found = find_holder(ports, pods_))
            return taken_by_pod(*found->port, found->pod->pod);
        const auto& sockets = sockets_of_protocol(use.ports.protocol);
        const auto found = std::find_if(sockets.begin(), sockets.end(), [&](const auto& socket) {
            return is_in_the_way(socket, use, false) &&
                   is_in_the_way(socket, use, is_of_systemd(socket.inode));
        });
        if (found == sockets.end()) return std::nullopt;
        return taken_by_program({found->protocol, {}, found->port, 0}, holder_of(found->inode));
    }

    std::vector<std::string> notes;

private:
    const std::vector<HostSocket>& sockets_of_protocol(std::string_view protocol) {
        const auto [entry, is_new] = sockets_.try_emplace(std::string{protocol});
        if (!is_new) return entry->second;
        auto listed = host_sockets(protocol);
        if (listed)
            entry->second = *std::move(listed);
        else
            notes.push_back(
                fmt::format("/ports: whether a program of this host has {} ports of the pod is not "
                            "known: {}",
                            protocol, listed.error().message()));
        return entry->second;
    }

    std::vector<HeldPorts> pods_;
    std::map<std::string, std::vector<HostSocket>> sockets_;  // by protocol
};

}  // namespace

bool is_in_the_way(const HostSocket& socket, const PortUse& use, bool of_systemd) {
    const auto& ports = use.ports;
    if (socket.port < ports.first || socket.port > ports.last) return false;
    const plan::PortPlan port{std::string{ports.protocol}, std::string{ports.host_ip}, socket.port,
                              0};
    // Where systemd listens for the pod, its loopback addresses are ones like others.
    if (use.activated)
        return !of_systemd && find_deprived({port}, {socket}, Forwarder::kPlugins).has_value();
    if (find_deprived({port}, {socket}, use.forwarder)) return true;
    return !of_systemd && socket.protocol == ports.protocol &&
           std::any_of(use.loopback.begin(), use.loopback.end(), [&](const auto& one) {
               return one.first <= socket.port && socket.port <= one.last &&
                      base::addresses_overlap(one.address, socket.address);
           });
}

PortFindings port_findings(const PortUser& mine, const std::vector<PortUser>& known) {
    PortFindings findings;
    const auto uses = uses_of(mine.manifest);
    if (uses.empty()) return findings;
    Host host{mine, known};
    for (const auto& use : uses)
        if (auto who = host.who_has(use))
            findings.taken.push_back({use.ports.index, *std::move(who)});
    findings.notes = std::move(host.notes);
    return findings;
}

}  // namespace podd::pod
