// SPDX-License-Identifier: LGPL-2.1-or-later
// An image of a registry: "docker://[REGISTRY/]REPOSITORY[:TAG][@DIGEST]".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/digest.h"

namespace podd::schema {

inline constexpr std::string_view kDockerScheme = "docker://";

/// Written out: "docker://nginx" is the repository "library/nginx" of "docker.io".
struct DockerReference {
    std::string registry;    // "docker.io", "localhost:5000"; lower case
    std::string repository;  // "library/nginx"
    std::string tag;  // "latest" where neither a tag nor a digest was given; else may be empty
    std::optional<Digest> digest;  // sha256

    /// "docker.io/library/nginx"
    std::string name() const { return registry + "/" + repository; }
    /// "docker://docker.io/library/nginx:1.27@sha256:…"
    std::string str() const;
    bool operator==(const DockerReference&) const = default;
};

/// The first component is a registry when it holds a "." or ":" or is "localhost", as everywhere.
/// Errors: kInvalidArgument. Source: OCI distribution-spec 1.1 "Pulling manifests" for what a
/// repository and a tag are.
base::Result<DockerReference> parse_docker_reference(std::string_view text);

}  // namespace podd::schema
