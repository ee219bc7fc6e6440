// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/weakened.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sandbox/capabilities.h"
#include "sandbox/seccomp.h"
#include "schema/annotations.h"
#include "schema/isolators.h"
#include "translate/devices.h"

namespace podd::daemon {

namespace {

constexpr std::string_view kUnconfined = "unconfined";
constexpr std::string_view kAllCalls = "system calls: all";
constexpr std::string_view kOwnContext = "SELinux context of the manifest's own";
constexpr std::string_view kApparmorOff = "AppArmor: unconfined";

std::string capabilities_text(std::uint64_t mask) {
    return fmt::format("capabilities {}", fmt::join(sandbox::capability_names(mask), " "));
}

std::string oom_text(int score) {
    return fmt::format("ends later than others when memory runs out (oom-score-adj is {})", score);
}

class Findings {
public:
    explicit Findings(std::string where) : where_{std::move(where)} {}

    void operator()(const schema::CapabilitiesIsolator& isolator) {
        if (!isolator.retain) return;
        const auto retained = sandbox::capability_mask(isolator.set);
        if (!retained) return;  // stage0 refuses it
        const std::uint64_t more = *retained & ~sandbox::default_capabilities();
        if (more != 0) add(capabilities_text(more));
    }
    void operator()(const schema::SeccompIsolator& isolator) {
        // Capabilities that open more calls are told of as such.
        const auto usual = sandbox::default_capabilities();
        const auto policy =
            sandbox::isolator_policy(isolator.retain, isolator.set, isolator.errno_name, usual);
        if (!policy) return;  // stage0 refuses it
        const auto& filter = *policy;
        if (!filter)
            add(kAllCalls);
        else if (sandbox::lets_more_through(*filter, sandbox::default_policy(usual)))
            add("system calls: a list of the manifest's own");
    }
    void operator()(const schema::NoNewPrivilegesIsolator& isolator) {
        if (!isolator.value) add("may gain privileges (no-new-privileges is off)");
    }
    void operator()(const schema::SelinuxIsolator&) { add(kOwnContext); }
    void operator()(const schema::ApparmorIsolator& isolator) {
        if (isolator.profile == kUnconfined) add(kApparmorOff);
    }
    void operator()(const schema::OomScoreAdjIsolator& isolator) {
        if (isolator.value < 0) add(oom_text(isolator.value));
    }
    template <typename Other>
    void operator()(const Other&) {}

    std::vector<std::string> take() { return std::move(found_); }

private:
    void add(std::string_view what) { found_.push_back(fmt::format("{}{}", where_, what)); }
    std::string where_;
    std::vector<std::string> found_;
};

void add_volume(std::vector<std::string>& found, const schema::Volume& volume) {
    if (schema::is_written_with_host_ids(volume))
        found.push_back(fmt::format(
            "volume {}: {} is written with the host's own ids{}", volume.name.str(), volume.source,
            volume.setuid_files.value_or(false) ? ", and may get setuid files" : ""));
    if (volume.propagation == schema::VolumePropagation::kSlave)
        found.push_back(
            fmt::format("volume {}: what is mounted beneath {} later is seen as the host "
                        "mounts it",
                        volume.name.str(), volume.source));
    if (volume.kind == schema::Volume::Kind::kHost && translate::is_device_path(volume.source))
        found.push_back(
            fmt::format("volume {}: device {} of the host", volume.name.str(), volume.source));
}

void add_network(std::vector<std::string>& found, const schema::PodSettings& settings) {
    if (settings.network == schema::Network::kHost)
        found.emplace_back("network of the host, and with it its abstract sockets");
    if (settings.network == schema::Network::kPath)
        found.push_back(fmt::format("network of another: {}", settings.network_path));
    const auto& access = settings.network_access;
    if (access.pods) found.emplace_back("network: open to other pods that are open as well");
    if (access.host) found.emplace_back("network: reaches the services of the host");
    if (access.metadata) found.emplace_back("network: reaches the metadata services of clouds");
}

// Of the pod's own isolators only labels are the apps'.
struct PodLabels {
    std::string selinux;  // empty: none
    std::string apparmor;
};

PodLabels pod_labels(const schema::PodManifest& manifest) {
    PodLabels labels;
    for (const schema::Isolator& isolator : manifest.isolators) {
        const auto value = schema::isolator_value(isolator);
        if (!value) continue;
        if (const auto* context = std::get_if<schema::SelinuxIsolator>(&*value))
            labels.selinux = schema::selinux_label(*context);
        if (const auto* profile = std::get_if<schema::ApparmorIsolator>(&*value))
            labels.apparmor = profile->profile;
    }
    return labels;
}

void add_isolators(std::vector<std::string>& found, const std::string& where,
                   const std::vector<schema::Isolator>& isolators) {
    Findings findings{where};
    for (const schema::Isolator& isolator : isolators)
        if (const auto value = schema::isolator_value(isolator)) std::visit(findings, *value);
    for (std::string& text : findings.take())
        found.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> weakened(const schema::PodManifest& manifest) {
    std::vector<std::string> found;
    const auto settings = schema::pod_settings(manifest);
    if (settings) add_network(found, *settings);
    const auto labels = pod_labels(manifest);
    if (!labels.selinux.empty()) found.push_back(fmt::format("pod: {}", kOwnContext));
    if (labels.apparmor == kUnconfined) found.push_back(fmt::format("pod: {}", kApparmorOff));
    for (const schema::Volume& volume : manifest.volumes)
        add_volume(found, volume);
    for (const schema::RuntimeApp& app : manifest.apps) {
        for (const schema::Mount& mount : app.mounts)
            if (mount.app_volume) add_volume(found, *mount.app_volume);
        if (app.app)
            add_isolators(found, fmt::format("app {}: ", app.name.str()), app.app->isolators);
    }
    return found;
}

std::vector<std::string> weakened_in_plan(const schema::PodManifest& manifest,
                                          const schema::RuntimeApp& app,
                                          const plan::AppPlan& plan) {
    std::vector<std::string> found;
    const auto add = [&](std::string_view what) {
        found.push_back(
            fmt::format("app {}: {}{}", plan.name, what, app.app ? "" : ", says its image"));
    };
    if (const auto ambient = plan.ambient.value_or(0); plan.uid != 0 && ambient != 0)
        add(fmt::format("user {} has {}", plan.uid, capabilities_text(ambient)));
    if (app.app) return found;  // weakened() knows the rest
    const std::uint64_t more = plan.capabilities & ~sandbox::default_capabilities();
    if (more != 0) add(capabilities_text(more));
    if (!plan.no_new_privileges) add("may gain privileges (no-new-privileges is off)");
    if (!plan.seccomp)
        add(kAllCalls);
    else if (plan.more_calls.value_or(false))
        add("system calls: a list of its own");
    if (const int score = plan.oom_score_adj.value_or(0); score < 0) add(oom_text(score));
    // An image that says nothing leaves the pod's label, which weakened() tells of.
    const auto labels = pod_labels(manifest);
    if (!plan.selinux_label.empty() && plan.selinux_label != labels.selinux)
        add("SELinux context of its own");
    if (plan.apparmor_profile == kUnconfined && labels.apparmor != kUnconfined) add(kApparmorOff);
    return found;
}

}  // namespace podd::daemon
