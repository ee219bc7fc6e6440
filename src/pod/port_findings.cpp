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
            uses.push_back(
                {ports, false, by_podd ? Forwarder::kPodd : Forwarder::kPlugins, loopback});
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

    std::optional<TakenPort> who_has(const PortUse& use) {
        const auto index = use.ports.index;
        const auto ports = each_port(use.ports);
        if (const auto found = find_holder(ports, pods_))
            return TakenPort{index, taken_by_pod(*found->port, found->pod->pod)};
        for (const auto& socket : sockets_of_protocol(use.ports.protocol)) {
            if (obstacle(socket, use, false) == Obstacle::kNone) continue;
            const auto found = obstacle(socket, use, is_of_systemd(socket.inode));
            if (found == Obstacle::kNone) continue;
            const plan::PortPlan port{socket.protocol, {}, socket.port, 0};
            auto why = taken_by_program(port, holder_of(socket.inode));
            if (found == Obstacle::kCertain) return TakenPort{index, std::move(why)};
            return TakenPort{index, why + ", unless that shares it", false};
        }
        return std::nullopt;
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

Obstacle obstacle(const HostSocket& socket, const PortUse& use, bool of_systemd) {
    const auto& ports = use.ports;
    if (socket.port < ports.first || socket.port > ports.last) return Obstacle::kNone;
    const plan::PortPlan port{std::string{ports.protocol}, std::string{ports.host_ip}, socket.port,
                              0};
    // Where systemd listens for the pod, its loopback addresses are ones like others.
    const auto forwarder = use.activated ? Forwarder::kPlugins : use.forwarder;
    const bool is_deprived = find_deprived({port}, {socket}, forwarder).has_value();
    if (is_deprived && !(use.activated && of_systemd)) return Obstacle::kCertain;
    if (use.activated || of_systemd) return Obstacle::kNone;
    auto worst = Obstacle::kNone;
    for (const auto& one : use.loopback)
        if (is_at(socket, one))
            worst = std::max(worst, may_stand_beside(socket, one) ? Obstacle::kUnlessShared
                                                                  : Obstacle::kCertain);
    return worst;
}

PortFindings port_findings(const PortUser& mine, const std::vector<PortUser>& known) {
    PortFindings findings;
    const auto uses = uses_of(mine.manifest);
    if (uses.empty()) return findings;
    Host host{mine, known};
    for (const auto& use : uses)
        if (auto taken = host.who_has(use)) findings.taken.push_back(*std::move(taken));
    findings.notes = std::move(host.notes);
    return findings;
}

}  // namespace podd::pod
