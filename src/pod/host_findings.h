// SPDX-License-Identifier: LGPL-2.1-or-later
// What a start of a pod on this host would refuse, all of it, before it is tried. Nothing is made
// or changed. Rules are those of a start, in the same functions.
#pragma once

#include <string>
#include <vector>

#include "pod/enforcement.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"
#include "translate/translate.h"

namespace podd::pod {

/// One line each, JSON pointer first. What an image says itself is found at the app's "image".
struct HostFindings {
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    std::vector<std::string> notes;  // nobody need do anything
};

/// `host`: of the running one, HostLimits::read(). Reads images, the host's files and /sys; only
/// root may read all of them.
HostFindings host_findings(const translate::Pod& pod, const store::Reader& store,
                           const HostLimits& host);

/// The manifest with the "app" objects of images in place of those that it leaves out, as far as
/// they are in the store.
schema::PodManifest with_image_apps(schema::PodManifest manifest, const store::Reader& store);

}  // namespace podd::pod
