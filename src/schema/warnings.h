// SPDX-License-Identifier: LGPL-2.1-or-later
// What is valid in a manifest, but hardly what its author meant.
#pragma once

#include <string>
#include <vector>

#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// One sentence each, JSON pointer first: isolators that podd does not know or that have no effect
/// there, requests above their limit, an architecture without an operating system, relative paths,
/// a version of the spec newer than podd's.
std::vector<std::string> warnings(const ImageManifest& manifest);
std::vector<std::string> warnings(const PodManifest& manifest);

}  // namespace podd::schema
