// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/taken_ports.h"

#include <algorithm>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ip_address.h"
#include "network/cni_attachment.h"
#include "network/resolver.h"
#include "plan/run_dir.h"
#include "pod/attachments.h"

namespace podd::pod {

namespace {

struct Wanted {
    std::string protocol;
    std::string address;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

std::vector<Wanted> wanted_ports(const schema::PodManifest& manifest) {
    std::vector<Wanted> wanted;
    for (const auto& port : schema::loopback_ports(manifest))
        wanted.push_back({port.protocol, port.address, port.first, port.last});
    for (const auto& port : schema::activated_ports(manifest))
        wanted.push_back(
            {port.protocol, port.host_ip, port.host_port, port.host_port + port.count - 1});
    return wanted;
}

bool takes(const plan::PortPlan& held, const Wanted& wanted) {
    return held.protocol == wanted.protocol && wanted.first <= held.host_port &&
           held.host_port <= wanted.last && base::addresses_overlap(held.host_ip, wanted.address);
}

void add_sockets(const plan::AppPlan& app, std::vector<plan::PortPlan>& ports) {
    if (!app.sockets) return;
    for (const auto& socket : *app.sockets)
        for (std::uint32_t i = 0; i < socket.count; ++i)
            ports.push_back(
                {socket.protocol, socket.host_ip, static_cast<std::uint16_t>(socket.port + i), 0});
}

void add_told(int directory, std::vector<plan::PortPlan>& ports) {
    const auto text =
        base::read_file(directory, std::string{plan::kNetworksFile}, network::kMaxCniRecord);
    if (!text) return;
    const auto attachments = network::parse_attachments(*text);
    if (!attachments) return;
    const auto told = told_ports(*attachments);
    ports.insert(ports.end(), told.begin(), told.end());
}

HeldPorts ports_of(const std::string& pod, Held which) {
    HeldPorts held{pod, {}};
    const auto directory = plan::open_pod_directory(pod);
    if (!directory) return held;
    // Told by that file alone: of many pods most have none.
    if (which == Held::kByPlugins &&
        ::faccessat(directory->get(), std::string{plan::kNetworksFile}.c_str(), F_OK,
                    AT_SYMLINK_NOFOLLOW) < 0)
        return held;
    const auto plan = plan::read_pod_plan(directory->get());
    if (!plan) return held;
    held.uid_base = plan->uid_base;
    if (const auto& ports = plan->ports) held.ports = *ports;
    if (plan->named_networks) add_told(directory->get(), held.ports);
    if (which != Held::kAll) return held;
    if (const auto& proxied = plan->proxied)
        held.ports.insert(held.ports.end(), proxied->begin(), proxied->end());
    for (const auto& name : plan->apps)
        if (const auto app = plan::read_app_plan(directory->get(), name))
            add_sockets(*app, held.ports);
    return held;
}

bool is_deprived(const plan::PortPlan& port, const HostSocket& socket, Forwarder forwarder) {
    // podd-resolve.service, to which the rules lead pods whatever else they say.
    if (socket.port == network::kResolverPort) return false;
    return socket.protocol == port.protocol && socket.port == port.host_port &&
           base::addresses_overlap(socket.address, port.host_ip) &&
           (forwarder == Forwarder::kPlugins || !socket.at_loopback);
}

}  // namespace

std::vector<std::string> taken_ports(const schema::PodManifest& mine,
                                     const std::vector<HeldPorts>& others) {
    std::vector<std::string> found;
    for (const auto& wanted : wanted_ports(mine))
        for (const auto& other : others)
            for (const auto& held : other.ports) {
                if (!takes(held, wanted)) continue;
                auto text = taken_by_pod(held, other.pod);
                // Both families say the same.
                if (std::find(found.begin(), found.end(), text) == found.end())
                    found.push_back(std::move(text));
            }
    return found;
}

std::vector<HeldPorts> held_ports(std::string_view except, Held which) {
    std::vector<HeldPorts> held;
    const auto directory = base::open_path(std::string{plan::kRunDir}, O_RDONLY | O_DIRECTORY);
    if (!directory) return held;
    const auto names = base::list_dir(directory->get());
    if (!names) return held;
    for (const auto& name : *names)
        if (name != except) held.push_back(ports_of(name, which));
    return held;
}

std::optional<Holder> find_holder(const std::vector<plan::PortPlan>& ports,
                                  const std::vector<HeldPorts>& others) {
    for (const auto& other : others)
        for (const auto& held : other.ports)
            for (const auto& port : ports)
                if (held.host_port == port.host_port && held.protocol == port.protocol &&
                    base::addresses_overlap(held.host_ip, port.host_ip))
                    return Holder{&port, &other};
    return std::nullopt;
}

std::optional<Deprived> find_deprived(const std::vector<plan::PortPlan>& ports,
                                      const std::vector<HostSocket>& sockets, Forwarder forwarder) {
    for (const auto& socket : sockets)
        for (const auto& port : ports)
            if (is_deprived(port, socket, forwarder)) return Deprived{&port, &socket};
    return std::nullopt;
}

bool is_at(const HostSocket& socket, const schema::LoopbackPorts& ports) {
    return socket.protocol == ports.protocol && ports.first <= socket.port &&
           socket.port <= ports.last && base::addresses_overlap(ports.address, socket.address);
}

bool may_stand_beside(const HostSocket& socket, const schema::LoopbackPorts& ports) {
    return socket.protocol == "udp" && ports.address.empty() &&
           !base::is_every_address(socket.address);
}

std::string taken_by_pod(const plan::PortPlan& port, std::string_view pod) {
    return fmt::format("host port {}/{} is taken by pod \"{}\"", port.host_port, port.protocol,
                       pod);
}

std::string taken_by_program(const plan::PortPlan& port, std::string_view name) {
    return fmt::format("host port {}/{} is taken by a program of this host{}", port.host_port,
                       port.protocol, name.empty() ? "" : fmt::format(" (\"{}\")", name));
}

}  // namespace podd::pod
