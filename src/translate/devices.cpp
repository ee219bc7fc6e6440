// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/devices.h"

#include <algorithm>
#include <array>

namespace podd::translate {

namespace {

using schema::Volume;

void add(std::vector<Device>& found, const Volume& volume, const schema::MountPoint* point) {
    if (volume.kind != Volume::Kind::kHost || !is_device_path(volume.source)) return;
    const bool read_only = volume.read_only.value_or(point != nullptr && point->read_only);
    const auto before = std::find_if(found.begin(), found.end(), [&](const Device& other) {
        return other.path == volume.source;
    });
    if (before == found.end())
        found.push_back({volume.source, read_only});
    else
        before->read_only = before->read_only && read_only;
}

const Volume* named(const schema::PodManifest& manifest, const schema::AcName& name) {
    const auto hit = std::find_if(manifest.volumes.begin(), manifest.volumes.end(),
                                  [&](const Volume& volume) { return volume.name == name; });
    return hit == manifest.volumes.end() ? nullptr : &*hit;
}

}  // namespace

bool is_device_path(std::string_view source) {
    constexpr std::array<std::string_view, 4> kFolders{"/dev/hugepages", "/dev/mqueue", "/dev/pts",
                                                       "/dev/shm"};
    return source.starts_with("/dev/") &&
           std::none_of(kFolders.begin(), kFolders.end(), [&](std::string_view folder) {
               return source == folder ||
                      (source.starts_with(folder) && source.substr(folder.size()).starts_with('/'));
           });
}

std::vector<Device> devices(const schema::PodManifest& manifest, const schema::RuntimeApp& app) {
    std::vector<Device> found;
    const auto points = app.app ? app.app->mount_points : std::vector<schema::MountPoint>{};
    for (const auto& mount : app.mounts) {
        const auto* volume = mount.app_volume ? &*mount.app_volume : named(manifest, mount.volume);
        const auto point = std::find_if(points.begin(), points.end(), [&](const auto& other) {
            return other.path == mount.path;
        });
        if (volume != nullptr) add(found, *volume, point == points.end() ? nullptr : &*point);
    }
    for (const auto& point : points) {
        const bool taken = std::any_of(app.mounts.begin(), app.mounts.end(),
                                       [&](const auto& mount) { return mount.path == point.path; });
        const auto* volume = named(manifest, point.name);
        if (!taken && volume != nullptr) add(found, *volume, &point);
    }
    return found;
}

}  // namespace podd::translate
