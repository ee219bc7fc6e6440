// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/host_findings.h"

#include <optional>

#include <fmt/format.h>

#include "base/file.h"
#include "base/number.h"
#include "pod/app_findings.h"
#include "pod/app_image.h"
#include "pod/named_networks.h"
#include "pod/network.h"
#include "pod/pointers.h"
#include "pod/systemd_version.h"
#include "pod/timezone.h"
#include "schema/annotations.h"
#include "schema/bandwidth.h"
#include "schema/image_reference.h"
#include "schema/warnings.h"

namespace podd::pod {

using base::ErrorCode;

namespace {

using Images = std::vector<std::optional<store::ImageRecord>>;

// Empty where it is not to be had, and why is found.
std::optional<store::ImageRecord> look_for_image(HostFindings& found, const translate::Pod& pod,
                                                 std::size_t index, const store::Reader& store) {
    const auto& app = pod.manifest.apps[index];
    auto image = find_image(store, app);
    if (image) return *std::move(image);
    const auto settings = schema::app_settings(app);
    const bool is_fetched =
        settings && settings->effective_pull_policy() != schema::PullPolicy::kNever;
    const auto at = AppPointers{pod.manifest, index}.image();
    if (image.error().code() == ErrorCode::kNotFound && is_fetched)
        add_finding(found.notes, at,
                    fmt::format("image \"{}\" is not in the store; the start fetches it",
                                schema::str(app.image)));
    else
        add_finding(found.errors, at, image.error().message());
    return std::nullopt;
}

// What ports an app has only its image may know.
void look_at_ports(HostFindings& found, const translate::Pod& pod,
                   const schema::PodSettings& settings, const Images& images) {
    std::vector<store::ImageRecord> all;
    for (const auto& image : images)
        if (image) all.push_back(*image);
    if (all.size() < images.size()) return;
    if (const auto ports = forwarded_ports(pod.manifest, settings, all); !ports)
        add_finding(found.errors, "/ports", ports.error().message());
}

// Source: ip-sysctl in the kernel's documentation.
std::uint64_t first_unprivileged_port() {
    constexpr std::uint64_t kDefault = 1024;
    const auto text = base::read_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", 32);
    if (!text) return kDefault;
    const auto line = std::string_view{*text}.substr(0, text->find('\n'));
    return base::parse_number<std::uint64_t>(line).value_or(kDefault);
}

// Those that the manifest itself has are no matter of this host.
void look_at_low_ports(HostFindings& found, const translate::Pod& pod,
                       const schema::PodSettings& settings, const Images& images) {
    if (settings.network != schema::Network::kHost) return;
    const auto first = first_unprivileged_port();
    for (std::size_t index = 0; index < images.size(); ++index) {
        const auto& image = images[index];
        if (pod.manifest.apps[index].app || !image) continue;
        const auto& app = image->manifest.app;
        if (!app) continue;
        for (const auto& port : app->ports)
            if (const auto sentence = schema::why_closed_on_host(port);
                sentence && port.port < first)
                add_finding(found.warnings, AppPointers{pod.manifest, index}.image(),
                            fmt::format("port \"{}\": {}", port.name.str(), *sentence));
    }
}

void look_at_networks(HostFindings& found, const schema::PodManifest& manifest) {
    const auto networks = network_findings(manifest);
    found.errors.insert(found.errors.end(), networks.errors.begin(), networks.errors.end());
    found.warnings.insert(found.warnings.end(), networks.warnings.begin(), networks.warnings.end());
    if (!has_sctp_sockets(manifest))
        add_finding(found.notes, "/ports",
                    "those of SCTP are not served at loopback addresses: this kernel has no SCTP");
}

}  // namespace

HostFindings host_findings(const translate::Pod& pod, const store::Reader& store,
                           const HostLimits& host) {
    HostFindings found;
    const auto settings = schema::pod_settings(pod.manifest);
    if (!settings) return found;  // the parser has said so
    add_limit_findings(found,
                       {.at = {},
                        .in_image = false,
                        .whose = "pod",
                        .isolators = pod.manifest.isolators,
                        .scope = {translate::Scope::kPod, schema::no_bandwidth_of_pod(*settings),
                                  no_bandwidth_here(*settings)},
                        .best_effort = settings->best_effort},
                       host);
    if (!settings->timezone.empty())
        if (const auto zone = time_zone_file(settings->timezone); !zone)
            add_finding(found.errors,
                        annotation_pointer("", pod.manifest.annotations, schema::kTimezone),
                        zone.error().message());
    Images images;
    for (std::size_t index = 0; index < pod.manifest.apps.size(); ++index) {
        images.push_back(look_for_image(found, pod, index, store));
        add_app_findings(found, pod, index, store, images.back(), host);
    }
    look_at_ports(found, pod, *settings, images);
    look_at_low_ports(found, pod, *settings, images);
    look_at_networks(found, pod.manifest);
    return found;
}

schema::PodManifest with_image_apps(schema::PodManifest manifest, const store::Reader& store) {
    for (auto& app : manifest.apps) {
        if (app.app) continue;
        if (const auto image = store.find(app.image)) app.app = image->manifest.app;
    }
    return manifest;
}

}  // namespace podd::pod
