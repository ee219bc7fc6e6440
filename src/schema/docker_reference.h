// SPDX-License-Identifier: LGPL-2.1-or-later
// "docker://[REGISTRY/]REPOSITORY[:TAG][@DIGEST]": the name of an image in a registry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/digest.h"

namespace podd::schema {

inline constexpr std::string_view kDockerScheme = "docker://";
inline constexpr std::string_view kDockerHub = "docker.io";

struct DockerReference {
    std::string registry;    // HOST[:PORT] in lower case, "docker.io" where nothing was said
    std::string repository;  // "library/nginx"
    std::string tag;         // "latest" where neither tag nor digest was given
    std::optional<Digest>
        digest;  // of sha256; where it stands, it decides and the tag is only told

    /// "docker.io/library/nginx"
    std::string name() const;
    /// What parse_docker_reference() reads as this.
    std::string str() const;
    bool operator==(const DockerReference&) const = default;
};

/// Errors: kInvalidArgument, "found …, wanted …". Source: the grammar of distribution/reference;
/// Docker's rule that the first component is a registry when it has a dot or a colon or is
/// "localhost", and that names without a slash are in "library/" of docker.io.
base::Result<DockerReference> parse_docker_reference(std::string_view text);

/// HOST[:PORT] as it may stand in front of a repository: a DNS name, an IPv4 address or "[IPv6]".
/// Errors: kInvalidArgument.
base::Result<> check_registry(std::string_view text);
/// Lower-case components with slashes between. Errors: kInvalidArgument.
base::Result<> check_repository(std::string_view text);

/// The one name of a registry that has several: in lower case, and "docker.io" for those of Docker
/// Hub.
std::string canonical_registry(std::string_view registry);

}  // namespace podd::schema
