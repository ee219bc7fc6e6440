// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/context.h"

#include <algorithm>

#include <fmt/format.h>

#include "translate/devices.h"
#include "translate/resources.h"

namespace podd::translate {

using unit::Section;
using unit::Setting;
using unit::Unit;

namespace {

constexpr std::string_view kStore = "/var/lib/podd";

}  // namespace

void set(Section& section, std::string_view key, std::string_view value) {
    section.settings.push_back(Setting{std::string{key}, std::string{value}, {}});
}

void set_words(Section& section, std::string_view key, std::vector<std::string> words) {
    section.settings.push_back({std::string{key}, {}, std::move(words)});
}

// Most have a dozen settings; a thousand pods are translated at every reload of the manager.
Section section_of(std::string name) {
    constexpr std::size_t kUsual = 16;
    Section section{std::move(name), {}};
    section.settings.reserve(kUsual);
    return section;
}

// Not by braces: an initializer list would copy both.
Unit unit_of(std::string name, Section head, Section body) {
    Unit unit{std::move(name), {}, {}};
    unit.sections.reserve(2);
    unit.sections.push_back(std::move(head));
    unit.sections.push_back(std::move(body));
    return unit;
}

void describe(Section& section, const Context& context, std::string_view description) {
    set(section, "Description", description);
    set_words(section, "Documentation", {"man:podd.pod(5)"});
    if (context.transient()) {
        // Nothing of a transient pod stays once it has ended, however it ended.
        set(section, "CollectMode", "inactive-or-failed");
    } else {
        set(section, "SourcePath", context.pod.source_path);
    }
}

std::string described(const Context& context) {
    if (context.settings.description.empty()) return fmt::format("Pod {}", context.name);
    return context.settings.description;
}

std::vector<std::string> mounted_paths(const schema::PodManifest& manifest) {
    std::vector<std::string> paths{std::string{kStore}};
    const auto add = [&](const schema::Volume& volume) {
        // Nothing lies on a device: no mount, and no file whose reading could be limited.
        if (volume.kind == schema::Volume::Kind::kHost && !is_device_path(volume.source))
            paths.push_back(volume.source);
    };
    for (const auto& volume : manifest.volumes)
        add(volume);
    for (const auto& app : manifest.apps)
        for (const auto& mount : app.mounts)
            if (mount.app_volume) add(*mount.app_volume);
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

}  // namespace podd::translate
