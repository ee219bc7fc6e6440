// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/network.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ip_address.h"
#include "schema/bandwidth.h"
#include "schema/exposed_port.h"
#include "schema/port_forwarding.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Error refused(const schema::ExposedPort& exposed, std::string_view why) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("port \"{}\" at host port {}: {}", exposed.name.str(), exposed.host_port, why)};
}

// With the names that there are: those of an OCI image, such as "80-tcp", nobody has written.
Error unknown_port(const schema::ExposedPort& exposed, const std::vector<std::string>& names) {
    if (names.empty()) return refused(exposed, "no app has a port so called, or any");
    return refused(exposed, fmt::format("no app has a port so called; their ports: {}",
                                        fmt::join(names, ", ")));
}

Result<schema::Port> find_port(const schema::PodManifest& manifest,
                               const schema::ExposedPort& exposed,
                               const std::vector<store::ImageRecord>& images) {
    if (exposed.pod_port) return *exposed.pod_port;
    const schema::Port* found = nullptr;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < manifest.apps.size(); ++i) {
        const auto& own = manifest.apps[i].app;
        const auto& app = own ? own : images[i].manifest.app;
        if (!app) continue;
        for (const auto& port : app->ports) {
            names.push_back(fmt::format("\"{}\"", port.name.str()));
            if (port.name != exposed.name) continue;
            if (found != nullptr) return refused(exposed, "more than one app has a port so called");
            found = &port;
        }
    }
    if (found == nullptr) return unknown_port(exposed, names);
    return *found;
}

bool is_taken(const std::vector<plan::PortPlan>& ports, const plan::PortPlan& one) {
    return std::any_of(ports.begin(), ports.end(), [&](const auto& other) {
        return other.protocol == one.protocol && other.host_port == one.host_port &&
               base::addresses_overlap(other.host_ip, one.host_ip);
    });
}

Result<> add_range(std::vector<plan::PortPlan>& ports, const schema::ExposedPort& exposed,
                   const schema::Port& port) {
    if (exposed.host_port + port.count > 65536) return refused(exposed, "65535 is the last");
    if (ports.size() + port.count > schema::kMaxForwardedPorts)
        return refused(exposed, fmt::format("at most {} ports of a pod are forwarded",
                                            schema::kMaxForwardedPorts));
    for (std::uint32_t i = 0; i < port.count; ++i) {
        plan::PortPlan one{port.protocol, exposed.host_ip,
                           static_cast<std::uint16_t>(exposed.host_port + i),
                           static_cast<std::uint16_t>(port.port + i)};
        if (is_taken(ports, one)) return refused(exposed, "another entry takes the same one");
        ports.push_back(std::move(one));
    }
    return {};
}

bool is_activated(const schema::PodManifest& manifest, const schema::ExposedPort& exposed) {
    const auto* port = schema::find_exposed(manifest, exposed).port;
    return port != nullptr && port->socket_activated;
}

}  // namespace

plan::Network network_of(schema::Network network) {
    switch (network) {
        case schema::Network::kNone: break;
        case schema::Network::kDefault: return plan::Network::kDefault;
        case schema::Network::kDefaultRestricted: return plan::Network::kDefaultRestricted;
        case schema::Network::kHost: return plan::Network::kHost;
        case schema::Network::kPath: return plan::Network::kPath;
    }
    return plan::Network::kNone;
}

bool opens_low_ports(schema::Network network, const schema::StringMap& sysctls) {
    if (schema::is_shared(network)) return false;
    return std::none_of(sysctls.begin(), sysctls.end(), [](const auto& parameter) {
        return parameter.first == "net.ipv4.ip_unprivileged_port_start";
    });
}

std::optional<std::vector<plan::NetworkAccess>> access_of(const schema::NetworkAccess& access) {
    std::vector<plan::NetworkAccess> open;
    if (access.pods) open.push_back(plan::NetworkAccess::kPods);
    if (access.host) open.push_back(plan::NetworkAccess::kHost);
    if (access.metadata) open.push_back(plan::NetworkAccess::kMetadata);
    return open.empty() ? std::nullopt : std::optional{std::move(open)};
}

std::optional<plan::DnsPlan> dns_of(const schema::NameResolution& names) {
    using Source = plan::DnsPlan::Source;
    const auto source = [&] {
        switch (names.source) {
            case schema::DnsSource::kOfNetwork: break;
            case schema::DnsSource::kHost: return Source::kHost;
            case schema::DnsSource::kNone: return Source::kNone;
            case schema::DnsSource::kServers: return Source::kServers;
        }
        return Source::kNetwork;
    }();
    plan::DnsPlan dns{source, names.servers, names.search, names.options};
    return dns == plan::DnsPlan{} ? std::nullopt : std::optional{std::move(dns)};
}

std::optional<plan::HostsPlan> hosts_of(const schema::NameResolution& names) {
    plan::HostsPlan hosts{names.hosts_of_host, {}};
    for (const auto& entry : names.hosts)
        hosts.entries.emplace_back(entry.address, fmt::format("{}", fmt::join(entry.names, " ")));
    return hosts == plan::HostsPlan{} ? std::nullopt : std::optional{std::move(hosts)};
}

Result<std::optional<std::vector<plan::PortPlan>>> forwarded_ports(
    const schema::PodManifest& manifest, const schema::PodSettings& settings,
    const std::vector<store::ImageRecord>& images) {
    std::optional<std::vector<plan::PortPlan>> ports;
    const bool is_own = schema::has_link(settings.network);
    if ((!is_own && settings.named_networks.empty()) || manifest.ports.empty()) return ports;
    ports.emplace();
    for (const auto& exposed : manifest.ports) {
        if (is_activated(manifest, exposed)) continue;
        const auto port = TRY(find_port(manifest, exposed, images));
        if (is_own)
            TRY_CONTEXT(schema::check_forwarded(port.protocol, exposed.host_ip), "port \"{}\"",
                        exposed.name.str());
        TRY(add_range(*ports, exposed, port));
    }
    return ports;
}

Result<std::optional<plan::BandwidthPlan>> bandwidth(
    const schema::PodManifest& manifest, const schema::PodSettings& settings,
    const std::vector<store::ImageRecord>& images) {
    std::optional<plan::BandwidthPlan> least;
    const auto add = [&](const std::vector<schema::Isolator>& isolators, bool best_effort) {
        const auto limit = schema::network_bandwidth(isolators);
        if (!limit) return;
        if (!least) least.emplace(*limit, best_effort);
        least->bytes_per_sec = std::min(least->bytes_per_sec, *limit);
        least->best_effort = least->best_effort && best_effort;
    };
    if (schema::no_bandwidth_of_pod(settings).empty())
        add(manifest.isolators, settings.best_effort);
    if (schema::no_bandwidth_of_app(settings, manifest.apps.size()).empty()) {
        const auto& only = manifest.apps.front();
        const auto& app = only.app ? only.app : images.front().manifest.app;
        const auto own = TRY(schema::app_settings(only));
        if (app) add(app->isolators, own.best_effort.value_or(settings.best_effort));
    }
    if (least && least->bytes_per_sec == 0)
        return Error{ErrorCode::kInvalidArgument,
                     "isolator \"resource/network-bandwidth\": found a limit of 0, wanted more "
                     "than that"};
    return least;
}

std::optional<std::vector<plan::PortPlan>> proxied_ports(const schema::PodManifest& manifest) {
    std::optional<std::vector<plan::PortPlan>> ports;
    for (const auto& port : schema::activated_ports(manifest)) {
        if (!port.proxied) continue;
        if (!ports) ports.emplace();
        for (std::uint32_t i = 0; i < port.count; ++i)
            ports->push_back({port.protocol, port.host_ip,
                              static_cast<std::uint16_t>(port.host_port + i),
                              static_cast<std::uint16_t>(port.pod_port + i)});
    }
    return ports;
}

std::optional<std::vector<plan::SocketPlan>> sockets_of(const schema::PodManifest& manifest,
                                                        const schema::AcName& app) {
    std::optional<std::vector<plan::SocketPlan>> sockets;
    for (const auto& port : schema::activated_ports(manifest)) {
        if (port.proxied || manifest.apps[port.app].name != app) continue;
        if (!sockets) sockets.emplace();
        sockets->push_back({port.name, port.protocol, port.host_ip, port.host_port, port.count});
    }
    return sockets;
}

std::vector<std::string> unheard_sockets(const schema::PodManifest& manifest,
                                         const std::vector<store::ImageRecord>& images) {
    std::vector<std::string> found;
    for (const auto& exposed : manifest.ports) {
        if (schema::find_exposed(manifest, exposed).port != nullptr) continue;
        const auto port = find_port(manifest, exposed, images);
        if (port && port->socket_activated)
            found.push_back(fmt::format(
                "port \"{}\": its image says \"socketActivated\", but units are made before any "
                "image is read: say it in a \"podPort\" of the manifest",
                exposed.name.str()));
    }
    return found;
}

}  // namespace podd::pod
