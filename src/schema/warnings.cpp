// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/warnings.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/exposed_port.h"
#include "schema/isolators.h"
#include "schema/json_node.h"
#include "schema/platform.h"
#include "schema/scalars.h"

namespace podd::schema {

namespace {

using Warnings = std::vector<std::string>;

bool request_above_limit(const Isolator& isolator) {
    // The typed value is clamped, so look at the text once more.
    const auto quantity = [&](std::string_view member) -> std::optional<Quantity> {
        const base::Json* json = isolator.value.find(member);
        if (json == nullptr || json->is_null()) return std::nullopt;
        const auto* text = json->as_string();
        auto parsed = Quantity::parse(text != nullptr ? *text : json->str());
        if (!parsed) return std::nullopt;
        return *parsed;
    };
    const auto request = quantity("request");
    const auto limit = quantity("limit");
    return request && limit && *request > *limit;
}

void check_isolators(const std::string& at, const std::vector<Isolator>& isolators, Warnings& out) {
    for (std::size_t index = 0; index < isolators.size(); ++index) {
        const auto value = isolator_value(isolators[index]);
        if (value && std::holds_alternative<ResourceIsolator>(*value) &&
            request_above_limit(isolators[index]))
            out.push_back(
                fmt::format("{}/isolators/{}: isolator \"{}\" requests more than its limit: the "
                            "limit counts",
                            at, index, isolators[index].name.str()));
    }
}

void check_app(const std::string& at, const App& app, Warnings& out) {
    check_isolators(at, app.isolators, out);
}

// A socket is opened only where the pod says at which port of the host.
void check_activated(const std::string& at, const PodManifest& manifest, const App& app,
                     Warnings& out) {
    for (std::size_t index = 0; index < app.ports.size(); ++index) {
        const auto is_exposed = [&](const ExposedPort& exposed) {
            return exposed.name == app.ports[index].name;
        };
        if (app.ports[index].socket_activated && std::ranges::none_of(manifest.ports, is_exposed))
            out.push_back(
                fmt::format("{}/ports/{}/socketActivated: nobody listens there: {} is not among "
                            "the pod's \"ports\"",
                            at, index, quoted(app.ports[index].name.str())));
    }
}

// Valid for systemd as well, and there it surprises people, too.
void check_order(const std::string& at, const RuntimeApp& app, Warnings& out) {
    const auto settings = app_settings(app);
    if (!settings) return;  // an error, not a warning: the parser has said so
    for (const auto& name : settings->required)
        if (std::find(settings->after.begin(), settings->after.end(), name) ==
            settings->after.end())
            out.push_back(
                fmt::format("{}/annotations: \"{}\" names {} and \"{}\" does not: both "
                            "start at the same time, whatever becomes of it",
                            at, kRequires, quoted(name), kAfter));
}

void check_low_ports(const std::string& at, const App& app, Warnings& out) {
    for (std::size_t index = 0; index < app.ports.size(); ++index)
        if (const auto sentence = why_closed_on_host(app.ports[index]))
            out.push_back(fmt::format("{}/ports/{}: {}", at, index, *sentence));
}

void check_labels(const std::string& at, const std::vector<Label>& labels, Warnings& out) {
    if (label(labels, "arch") && !label(labels, "os"))
        out.push_back(fmt::format("{}/labels: \"arch\" means nothing without \"os\"", at));
}

void check_version(const std::string& version, Warnings& out) {
    // Every version of the spec begins with 0; rkt wrote its own, 1.x.
    if (!version.starts_with("0."))
        out.push_back(fmt::format("/acVersion: \"{}\" is newer than {}, which podd follows",
                                  version, kAcVersion));
}

void check_ports(const PodManifest& manifest, Warnings& out) {
    const auto settings = pod_settings(manifest);
    if (manifest.ports.empty() || !settings || has_link(settings->network)) return;
    // What their plugins forward is not in the manifest.
    if (!settings->named_networks.empty()) return;
    const auto is_activated = [&](const ExposedPort& exposed) {
        const auto found = find_exposed(manifest, exposed);
        return found.port != nullptr && found.port->socket_activated;
    };
    if (std::ranges::all_of(manifest.ports, is_activated)) return;
    const bool shared = is_shared(settings->network);
    const bool host = settings->network == Network::kHost;
    const auto name = host ? "host" : shared ? "ns:" + settings->network_path : "none";
    out.push_back(fmt::format("/ports: the network \"{}\" forwards none: {}", name,
                              shared ? "apps listen on its addresses themselves"
                                     : "set the annotation \"podd.org/network\" to \"default\""));
}

void check_servers(const PodManifest& manifest, const PodSettings& settings, Warnings& out) {
    for (std::size_t index = 0; index < manifest.annotations.size(); ++index) {
        if (manifest.annotations[index].name.str() != kDns) continue;
        for (const auto& sentence : unreachable_servers(settings))
            out.push_back(fmt::format("/annotations/{}: \"{}\": {}", index, kDns, sentence));
    }
}

}  // namespace

Warnings warnings(const ImageManifest& manifest) {
    Warnings out;
    check_version(manifest.ac_version, out);
    check_labels("", manifest.labels, out);
    if (manifest.app) check_app("/app", *manifest.app, out);
    for (std::size_t index = 0; index < manifest.dependencies.size(); ++index)
        check_labels(fmt::format("/dependencies/{}", index), manifest.dependencies[index].labels,
                     out);
    for (std::size_t index = 0; index < manifest.path_whitelist.size(); ++index)
        if (!manifest.path_whitelist[index].starts_with('/'))
            out.push_back(fmt::format("/pathWhitelist/{}: {} is relative: \"/\" is put in front",
                                      index, quoted(manifest.path_whitelist[index])));
    return out;
}

Warnings warnings(const PodManifest& manifest) {
    Warnings out;
    const auto settings = pod_settings(manifest);
    const bool on_host = settings && settings->network == Network::kHost;
    check_version(manifest.ac_version, out);
    for (std::size_t index = 0; index < manifest.apps.size(); ++index) {
        const auto& app = manifest.apps[index];
        const std::string at = fmt::format("/apps/{}", index);
        check_labels(at + "/image", app.image.labels, out);
        check_order(at, app, out);
        if (app.app) check_app(at + "/app", *app.app, out);
        if (app.app) check_activated(at + "/app", manifest, *app.app, out);
        if (app.app && on_host) check_low_ports(at + "/app", *app.app, out);
    }
    check_isolators("", manifest.isolators, out);
    check_ports(manifest, out);
    if (settings) check_servers(manifest, *settings, out);
    return out;
}

// The app's rights are those of its user namespace, to which the host's network does not belong.
std::optional<std::string> why_closed_on_host(const Port& port) {
    constexpr std::uint16_t kFirstFree = 1024;
    if (port.socket_activated || port.port >= kFirstFree) return std::nullopt;
    return fmt::format(
        "no app may listen at port {} on the host's network itself: let systemd listen "
        "(\"socketActivated\", and an entry in \"ports\" of the pod), or lower the host's "
        "net.ipv4.ip_unprivileged_port_start",
        port.port);
}

}  // namespace podd::schema
