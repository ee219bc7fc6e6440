// SPDX-License-Identifier: LGPL-2.1-or-later
// appc's meta discovery: the pages that say where images and keys of a name are.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "fetch/web.h"
#include "schema/names.h"
#include "schema/pod_manifest.h"

namespace podd::fetch {

/// Where an image may be had.
struct ImageUrls {
    std::string image;
    std::string signature;
};

// Errors of both: kNotFound when nobody says anything usable, with what was tried; kUnavailable,
// kUntrusted, kDenied when that was the reason.

/// All that the first place that says something usable says, in its order. `reference` has a name
/// and all labels that go into a template.
base::Result<std::vector<ImageUrls>> discover_images(Web& web,
                                                     const schema::ImageReference& reference);

/// The same for keys.
base::Result<std::vector<std::string>> discover_keys(Web& web, const schema::AcIdentifier& name);

}  // namespace podd::fetch
