// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/weakened.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/annotations.h"
#include "schema/isolators.h"

namespace podd::daemon {

namespace {

// What an app has when its manifest does not speak of capabilities. Source: appc spec 0.8.11,
// ace.md "os/linux/capabilities-remove-set".
constexpr std::string_view kDefaultCapabilities[] = {
    "CAP_AUDIT_WRITE", "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",     "CAP_FSETID",
    "CAP_KILL",        "CAP_MKNOD",   "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",    "CAP_SETFCAP",
    "CAP_SETGID",      "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT",
};

class Findings {
public:
    explicit Findings(std::string where) : where_{std::move(where)} {}

    void operator()(const schema::CapabilitiesIsolator& isolator) {
        if (!isolator.retain) return;
        std::vector<std::string> more;
        for (const std::string& name : isolator.set)
            if (std::ranges::find(kDefaultCapabilities, name) == std::end(kDefaultCapabilities))
                more.push_back(name);
        if (!more.empty()) add(fmt::format("capabilities {}", fmt::join(more, " ")));
    }
    void operator()(const schema::SeccompIsolator& isolator) {
        for (const std::string& name : isolator.set)
            if (name.starts_with('@') && name.ends_with("/all"))
                add(fmt::format("system calls: {} {}", isolator.retain ? "retained" : "removed",
                                name));
        if (isolator.retain) add("system calls: a list of the manifest's own");
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
    if (volume.kind == schema::Volume::Kind::kHost && volume.idmap == schema::VolumeIdmap::kHost &&
        !volume.read_only.value_or(false))
        found.push_back(fmt::format("volume {}: {} is written with the host's own ids",
                                    volume.name.str(), volume.source));
}

}  // namespace

std::vector<std::string> weakened(const schema::PodManifest& manifest) {
    std::vector<std::string> found;
    const auto settings = schema::pod_settings(manifest);
    if (settings && settings->network == schema::Network::kHost)
        found.emplace_back("network of the host");
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

}  // namespace podd::daemon
