// SPDX-License-Identifier: LGPL-2.1-or-later
// From a reference to the manifest for this host: documents only, each checked against what named
// it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "fetch/session.h"
#include "schema/docker_reference.h"
#include "schema/oci.h"

namespace podd::fetch {

struct ResolvedImage {
    schema::Digest digest;           // that the reference names: of an index or a manifest
    std::string text;                // of that document
    schema::OciDescriptor manifest;  // for this host
    std::string manifest_text;
    schema::OciManifest parsed;
    std::string config_text;
};

/// `machine` as `uname -m` says it. Nothing when the manifest for it still is the `known` one: no
/// more is asked for then. Errors: as fetch_image().
base::Result<std::optional<ResolvedImage>> resolve_image(
    Session& session, const schema::DockerReference& reference, const std::string& machine,
    const std::optional<schema::Digest>& known);

}  // namespace podd::fetch
