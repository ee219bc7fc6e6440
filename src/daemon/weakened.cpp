// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/weakened.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sandbox/capabilities.h"
#include "schema/annotations.h"
#include "schema/isolators.h"
#include "translate/devices.h"

namespace podd::daemon {

namespace {

// Names for podd's own defaults. Source: appc spec 0.8.11, ace.md, and rkt's names for its lists.
bool is_default_list(const std::string& name, bool retain) {
    return name.starts_with('@') &&
           name.ends_with(retain ? "/default-whitelist" : "/default-blacklist");
}

std::string capabilities_text(std::uint64_t mask) {
    return fmt::format("capabilities {}", fmt::join(sandbox::capability_names(mask), " "));
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
        const auto is_default = [&](const std::string& name) {
            return is_default_list(name, isolator.retain);
        };
        if (isolator.retain && !std::ranges::all_of(isolator.set, is_default))
            add("system calls: a list of the manifest's own");
        // A set that removes starts from all that there are.
        if (!isolator.retain && std::ranges::none_of(isolator.set, is_default))
            add("system calls: all but those that the manifest names");
    }
    void operator()(const schema::NoNewPrivilegesIsolator& isolator) {
        if (!isolator.value) add("may gain privileges (no-new-privileges is off)");
    }
    void operator()(const schema::SelinuxIsolator&) {
        add("SELinux context of the manifest's own");
    }
    void operator()(const schema::ApparmorIsolator& isolator) {
        if (isolator.profile == "unconfined") add("AppArmor: unconfined");
    }
    template <typename Other>
    void operator()(const Other&) {}

    std::vector<std::string> take() { return std::move(found_); }

private:
    void add(const std::string& what) { found_.push_back(where_ + what); }
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

}  // namespace

std::vector<std::string> weakened(const schema::PodManifest& manifest) {
    std::vector<std::string> found;
    const auto settings = schema::pod_settings(manifest);
    if (settings) add_network(found, *settings);
    for (const schema::Volume& volume : manifest.volumes)
        add_volume(found, volume);
    for (const schema::RuntimeApp& app : manifest.apps) {
        for (const schema::Mount& mount : app.mounts)
            if (mount.app_volume) add_volume(found, *mount.app_volume);
        if (!app.app) continue;
        Findings findings{fmt::format("app {}: ", app.name.str())};
        for (const schema::Isolator& isolator : app.app->isolators)
            if (const auto value = schema::isolator_value(isolator)) std::visit(findings, *value);
        for (std::string& text : findings.take())
            found.push_back(std::move(text));
    }
    return found;
}

std::vector<std::string> weakened_in_plan(const schema::RuntimeApp& app,
                                          const plan::AppPlan& plan) {
    std::vector<std::string> found;
    const auto add = [&](const std::string& what) {
        found.push_back(
            fmt::format("app {}: {}{}", plan.name, what, app.app ? "" : ", says its image"));
    };
    if (const auto ambient = plan.ambient.value_or(0); plan.uid != 0 && ambient != 0)
        add(fmt::format("user {} has {}", plan.uid, capabilities_text(ambient)));
    if (app.app) return found;  // weakened() knows the rest
    const std::uint64_t more = plan.capabilities & ~sandbox::default_capabilities();
    if (more != 0) add(capabilities_text(more));
    if (!plan.no_new_privileges) add("may gain privileges (no-new-privileges is off)");
    if (!plan.seccomp) add("system calls: all");
    if (plan.refusals_logged) add("system calls: a list of its own");
    if (plan.apparmor_profile == "unconfined") add("AppArmor: unconfined");
    return found;
}

}  // namespace podd::daemon
