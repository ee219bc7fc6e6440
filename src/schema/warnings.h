// SPDX-License-Identifier: LGPL-2.1-or-later
// What is valid in a manifest, but hardly what its author meant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// One sentence each, JSON pointer first: requests above their limit, an architecture without an
/// operating system, relative paths, a version of the spec newer than podd's, and what this version
/// reads but does not do. Isolators that have no effect are told by translate/, which knows.
std::vector<std::string> warnings(const ImageManifest& manifest);
std::vector<std::string> warnings(const PodManifest& manifest);

/// Why an app cannot open the port itself where the network is the host's; nothing: it can.
std::optional<std::string> why_closed_on_host(const Port& port);

}  // namespace podd::schema
