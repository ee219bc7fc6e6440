// SPDX-License-Identifier: LGPL-2.1-or-later
// Documents of OCI and Docker images: descriptors, manifests, indexes, configurations. Text →
// checked value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/app.h"
#include "schema/digest.h"
#include "schema/oci_health.h"

namespace podd::schema {

// Errors of all readers here: kInvalidArgument, JSON pointer first; kUnsupported for what is valid
// but no container image podd can run (Docker schema 1, artifacts, encrypted layers).

inline constexpr std::string_view kOciManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndexType = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifestType =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerListType =
    "application/vnd.docker.distribution.manifest.list.v2+json";

/// What a document may be at most: 4 MiB, as registries and their clients have it.
inline constexpr std::size_t kMaxOciDocument = std::size_t{4} * 1024 * 1024;
/// More layers than this cannot be stacked by overlayfs.
inline constexpr std::size_t kMaxLayers = 500;

/// What a media type is, OCI's and Docker's alike. How a layer is compressed is not told: look at
/// its bytes.
enum class MediaKind : unsigned char { kManifest, kIndex, kConfig, kLayer, kSchema1, kOther };
MediaKind media_kind(std::string_view media_type);

/// In OCI's words: "amd64", "linux", variant "v8".
struct OciPlatform {
    std::string architecture{};
    std::string os{};
    std::string variant{};
    bool operator==(const OciPlatform&) const = default;
};

/// Source: OCI image-spec 1.1 descriptor.md.
struct OciDescriptor {
    std::string media_type{};
    Digest digest;
    std::uint64_t size = 0;  // bytes
    std::vector<std::string> urls{};
    StringMap annotations{};
    std::optional<OciPlatform> platform{};
    bool operator==(const OciDescriptor&) const = default;
};

/// Source: OCI image-spec 1.1 manifest.md; Docker image manifest version 2, schema 2.
struct OciManifest {
    OciDescriptor config;
    std::vector<OciDescriptor> layers{};  // base first
    StringMap annotations{};
    bool operator==(const OciManifest&) const = default;
};

/// Source: OCI image-spec 1.1 image-index.md; Docker manifest list.
struct OciIndex {
    std::vector<OciDescriptor> manifests{};
    StringMap annotations{};
    bool operator==(const OciIndex&) const = default;
};

/// Reads a manifest or an index. `media_type` is what the descriptor or the Content-Type said
/// (parameters after ";" are cut); empty when nobody said anything: then the document decides. What
/// it says inside must agree, and a document that could be read as both is refused.
base::Result<std::variant<OciManifest, OciIndex>> parse_oci_document(
    std::string_view text, std::string_view media_type = {});
base::Result<OciManifest> parse_oci_manifest(std::string_view text,
                                             std::string_view media_type = {});
base::Result<OciIndex> parse_oci_index(std::string_view text, std::string_view media_type = {});

/// The file "oci-layout": version 1.0.0 is the only one. Source: OCI image-spec 1.1
/// image-layout.md.
base::Result<void> check_oci_layout(std::string_view text);

/// Source: OCI image-spec 1.1 config.md.
struct OciImageConfig {
    OciPlatform platform{};  // members empty where the image does not say
    std::string created{};
    std::string author{};
    std::vector<Digest> diff_ids{};  // of the uncompressed layers, base first

    // The "config" object.
    std::string user{};
    std::vector<std::string> exposed_ports{};  // "80/tcp"
    std::vector<std::string> env{};            // "NAME=value"
    std::vector<std::string> entrypoint{};
    std::vector<std::string> cmd{};
    std::vector<std::string> volumes{};  // paths
    std::string working_dir{};
    StringMap labels{};
    std::string stop_signal{};
    OciHealth health{};
    bool operator==(const OciImageConfig&) const = default;
};
base::Result<OciImageConfig> parse_oci_config(std::string_view text);

/// One image of a `docker save` archive. Paths are relative to the archive and have no "..".
struct DockerArchiveImage {
    std::string config{};  // path, "<hex>.json" or "blobs/sha256/<hex>"
    std::vector<std::string> repo_tags{};
    std::vector<std::string> layers{};  // paths, base first
    bool operator==(const DockerArchiveImage&) const = default;
};
/// "manifest.json" of a `docker save` archive; at least one image.
base::Result<std::vector<DockerArchiveImage>> parse_docker_archive(std::string_view text);

/// The digest that the name of a configuration file promises; empty when it is no such name.
std::optional<Digest> digest_of_config_path(std::string_view path);

}  // namespace podd::schema
