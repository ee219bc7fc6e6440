// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/taken_ports.h"

#include <algorithm>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/ip_address.h"
#include "plan/run_dir.h"
#include "schema/exposed_port.h"

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
        wanted.push_back({"tcp", port.address, port.first, port.last});
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

std::vector<plan::PortPlan> ports_of(const std::string& pod) {
    std::vector<plan::PortPlan> ports;
    const auto directory = plan::open_pod_directory(pod);
    if (!directory) return ports;
    const auto plan = plan::read_pod_plan(directory->get());
    if (!plan) return ports;
    for (const auto* list : {&plan->ports, &plan->proxied})
        if (*list) ports.insert(ports.end(), (*list)->begin(), (*list)->end());
    for (const auto& name : plan->apps)
        if (const auto app = plan::read_app_plan(directory->get(), name)) add_sockets(*app, ports);
    return ports;
}

}  // namespace

std::vector<std::string> taken_ports(const schema::PodManifest& mine,
                                     const std::vector<HeldPorts>& others) {
    std::vector<std::string> found;
    for (const auto& wanted : wanted_ports(mine))
        for (const auto& other : others)
            for (const auto& held : other.ports) {
                if (!takes(held, wanted)) continue;
                auto text = fmt::format("host port {}/{} is taken by pod \"{}\"", held.host_port,
                                        held.protocol, other.pod);
                // Both families say the same.
                if (std::find(found.begin(), found.end(), text) == found.end())
                    found.push_back(std::move(text));
            }
    return found;
}

std::vector<HeldPorts> held_ports(std::string_view except) {
    std::vector<HeldPorts> held;
    const auto directory = base::open_path(std::string{plan::kRunDir}, O_RDONLY | O_DIRECTORY);
    if (!directory) return held;
    const auto names = base::list_dir(directory->get());
    if (!names) return held;
    for (const auto& name : *names)
        if (name != except) held.push_back({name, ports_of(name)});
    return held;
}

}  // namespace podd::pod
