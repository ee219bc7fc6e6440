// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/pod_manifest_checks.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/ip_address.h"
#include "schema/annotation_json.h"
#include "schema/app_order.h"
#include "schema/exposed_port.h"
#include "schema/isolators.h"
#include "schema/port_forwarding.h"
#include "schema/sysctl.h"

namespace podd::schema {

using base::Result;

namespace {

template <typename T>
std::string_view name_of(const T& one) {
    return one.name.str();
}

Result<void> check_mounts(const JsonNode& app_node, const RuntimeApp& app,
                          const std::set<std::string_view>& volumes) {
    const JsonNode mounts = TRY(app_node.member("mounts"));
    for (std::size_t index = 0; index < app.mounts.size(); ++index) {
        const Mount& mount = app.mounts[index];
        if (mount.app_volume || volumes.contains(mount.volume.str())) continue;
        const JsonNode mount_node = mounts.element(index);
        const JsonNode volume = TRY(mount_node.member("volume"));
        return volume.refuse("the name of one of the pod's volumes, or an \"appVolume\"");
    }
    return check_unique(
        mounts, app.mounts, [](const Mount& mount) -> std::string_view { return mount.path; },
        "path");
}

// Whether systemd can listen for it, and who it listens for is known.
Result<void> check_activated(const JsonNode& node, const PodManifest& manifest,
                             const std::vector<AppSettings>& settings, const Exposed& found) {
    if (found.port == nullptr || !found.port->socket_activated) return {};
    const JsonNode name = TRY(node.member("name"));
    if (!found.app)
        return name.refuse(
            "the name of a port of one app's \"app\" object: which of the apps is to have the "
            "socket of a \"podPort\" is not known else");
    const auto& app = manifest.apps[*found.app].name.str();
    if (settings[*found.app].init)
        return node.here(
            found_wanted(fmt::format("\"socketActivated\" on the init app {}", quoted(app)),
                         "an app that is no init app: it ends by itself"));
    if (found.port->protocol != "tcp" && found.port->protocol != "udp")
        return node.here(
            found_wanted("\"socketActivated\" with protocol " + quoted(found.port->protocol),
                         "\"tcp\" or \"udp\": systemd opens no other sockets"));
    if (settings[*found.app].socket_proxy && found.port->protocol != "tcp")
        return node.here(found_wanted(
            fmt::format("a port of protocol {} of the app {} with {}", quoted(found.port->protocol),
                        quoted(app), quoted(kSocketProxy)),
            "\"tcp\": the proxy hands on no datagrams"));
    return {};
}

// The proxy and the app are on the same network there.
Result<void> check_proxied(const JsonNode& node, const PodManifest& manifest,
                           const PodSettings& pod) {
    const auto proxied = activated_ports(manifest);
    const bool any = std::ranges::any_of(proxied, &ActivatedPort::proxied);
    if (pod.idle_stop_usec && !any)
        return node.here(
            found_wanted(fmt::format("annotation {} without an app with {} and a port that is "
                                     "\"socketActivated\"",
                                     quoted(kIdleStop), quoted(kSocketProxy)),
                         "one, as only a proxy knows when nobody is connected"));
    for (const auto& port : proxied)
        if (port.proxied && pod.network == Network::kHost &&
            port.host_port < port.pod_port + port.count &&
            port.pod_port < port.host_port + port.count)
            return node.here(found_wanted(
                fmt::format("host port {} before the app's own port {} on the host's network",
                            port.host_port, port.pod_port),
                "two that differ: systemd listens at the one, the app at the other"));
    return {};
}

HostPorts ports_of(std::size_t index, const ExposedPort& exposed, const Port& port) {
    const std::uint32_t first = exposed.host_port;
    return {index, port.protocol, exposed.host_ip, first, first + port.count - 1};
}

Result<void> check_port(const JsonNode& node, const PodManifest& manifest,
                        const ExposedPort& exposed, std::vector<HostPorts>& taken) {
    const Exposed found = find_exposed(manifest, exposed);
    const JsonNode name = TRY(node.member("name"));
    if (found.hits > 1) return name.refuse("the name of a port that only one app has");
    if (found.port == nullptr) {
        if (found.may_be_in_image) return {};
        return name.refuse("the name of one of the apps' ports, or a \"podPort\"");
    }
    const HostPorts mine = ports_of(0, exposed, *found.port);
    const JsonNode host_port = TRY(node.member("hostPort"));
    if (mine.last > 65535)
        return host_port.refuse(fmt::format("at most {}: {} ports are needed",
                                            65536 - found.port->count, found.port->count));
    if (std::any_of(taken.begin(), taken.end(),
                    [&](const HostPorts& other) { return collide(mine, other); }))
        return host_port.refuse("a port that no other entry takes");
    taken.push_back(mine);
    return {};
}

// What is in an image is looked at when the pod starts.
Result<void> check_forwarding(const JsonNode& node, const PodManifest& manifest) {
    const JsonNode ports = TRY(node.member("ports"));
    for (std::size_t index = 0; index < manifest.ports.size(); ++index) {
        const auto& exposed = manifest.ports[index];
        const Exposed found = find_exposed(manifest, exposed);
        if (found.port != nullptr && found.port->socket_activated) continue;  // nothing to forward
        auto good =
            check_forwarded(found.port == nullptr ? "tcp" : found.port->protocol, exposed.host_ip);
        if (!good) return ports.element(index).here(std::move(good).error());
    }
    return {};
}

Result<void> check_ports(const JsonNode& node, const PodManifest& manifest,
                         const std::vector<AppSettings>& settings) {
    const JsonNode ports = TRY(node.member("ports"));
    std::vector<HostPorts> taken;
    std::set<std::tuple<std::string_view, std::uint16_t, std::string_view>> seen;
    for (std::size_t index = 0; index < manifest.ports.size(); ++index) {
        const ExposedPort& port = manifest.ports[index];
        const JsonNode port_node = ports.element(index);
        if (!seen.emplace(port.name.str(), port.host_port, port.host_ip).second)
            return port_node.here(found_wanted("the same entry a second time", "each once"));
        TRY(check_port(port_node, manifest, port, taken));
        TRY(check_activated(port_node, manifest, settings, find_exposed(manifest, port)));
    }
    std::uint32_t activated = 0;
    for (const auto& port : activated_ports(manifest))
        activated += port.count;
    if (activated > kMaxActivatedPorts)
        return ports.refuse(fmt::format("at most {} socket-activated ports, not {}",
                                        kMaxActivatedPorts, activated));
    return {};
}

bool names_setfcap(const Isolator& isolator) {
    const auto value = isolator_value(isolator);
    const auto* capabilities = value ? std::get_if<CapabilitiesIsolator>(&*value) : nullptr;
    return capabilities != nullptr && capabilities->retain &&
           std::find(capabilities->set.begin(), capabilities->set.end(), "CAP_SETFCAP") !=
               capabilities->set.end();
}

// Two words of the same author that exclude each other.
Result<void> check_file_capabilities(const JsonNode& node, const App& app) {
    const JsonNode isolators = TRY(node.member("isolators"));
    for (std::size_t index = 0; index < app.isolators.size(); ++index)
        if (names_setfcap(app.isolators[index]))
            return isolators.element(index).here(found_wanted(
                "CAP_SETFCAP beside a volume with \"idmap\": \"host\"",
                "another set, or \"setuidFiles\": true on the volume, as files with capabilities "
                "give users of the host rights"));
    return {};
}

Result<void> check_host_files(const JsonNode& apps, const PodManifest& manifest) {
    if (!keeps_setuid_from_host(manifest)) return {};
    for (std::size_t index = 0; index < manifest.apps.size(); ++index) {
        const auto& app = manifest.apps[index].app;
        const JsonNode node = apps.element(index);
        if (app) TRY(check_file_capabilities(TRY(node.member("app")), *app));
    }
    return {};
}

}  // namespace

Result<void> check_pod_manifest(const JsonNode& node, const PodManifest& manifest) {
    const JsonNode apps = TRY(node.member("apps"));
    if (manifest.apps.empty()) return apps.refuse("at least one app");
    TRY(check_unique(apps, manifest.apps, name_of<RuntimeApp>, "app"));
    const JsonNode volumes = TRY(node.member("volumes"));
    TRY(check_unique(volumes, manifest.volumes, name_of<Volume>, "volume"));
    std::set<std::string_view> names;
    for (const auto& volume : manifest.volumes)
        names.insert(volume.name.str());
    std::vector<AppSettings> settings;
    settings.reserve(manifest.apps.size());
    for (std::size_t index = 0; index < manifest.apps.size(); ++index) {
        const JsonNode app = apps.element(index);
        TRY(check_mounts(app, manifest.apps[index], names));
        settings.push_back(TRY(read_app_settings(app, manifest.apps[index].annotations)));
    }
    TRY(check_app_order(apps, manifest.apps, settings));
    TRY(check_host_files(apps, manifest));
    TRY(check_ports(node, manifest, settings));
    const auto pod = TRY(read_pod_settings(node, manifest.annotations));
    TRY(check_proxied(node, manifest, pod));
    if (has_link(pod.network)) TRY(check_forwarding(node, manifest));
    return check_sysctls(node, manifest, pod);
}

std::vector<HostPorts> host_ports(const PodManifest& manifest) {
    std::vector<HostPorts> all;
    for (std::size_t index = 0; index < manifest.ports.size(); ++index)
        if (const auto found = find_exposed(manifest, manifest.ports[index]); found.port != nullptr)
            all.push_back(ports_of(index, manifest.ports[index], *found.port));
    return all;
}

bool collide(const HostPorts& one, const HostPorts& other) {
    return one.protocol == other.protocol && one.first <= other.last && other.first <= one.last &&
           base::addresses_overlap(one.host_ip, other.host_ip);
}

}  // namespace podd::schema
