// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes that are device nodes of the host; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/pod_manifest.h"

namespace podd::translate {

/// A device that an app's unit allows it.
struct Device {
    std::string path;
    bool read_only = false;
};

/// Whether a volume of that source may be a device. Whether it is one only the host knows.
bool is_device_path(std::string_view source);

/// What the manifest itself gives to the app: by its "mounts", or by a mount point of the "app"
/// object there. What only the mount points of an image ask for is not among it.
std::vector<Device> devices(const schema::PodManifest& manifest, const schema::RuntimeApp& app);

}  // namespace podd::translate
