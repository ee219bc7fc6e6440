// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "schema/app_json.h"
#include "schema/json_node.h"
#include "schema/scalars.h"

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::size_t kMaxEntries = 10'000;

struct KnownType {
    std::string_view name;
    MediaKind kind;
};
constexpr std::array kTypes{
    KnownType{kOciManifestType, MediaKind::kManifest},
    KnownType{kDockerManifestType, MediaKind::kManifest},
    KnownType{kOciIndexType, MediaKind::kIndex},
    KnownType{kDockerListType, MediaKind::kIndex},
    KnownType{"application/vnd.oci.image.config.v1+json", MediaKind::kConfig},
    KnownType{"application/vnd.docker.container.image.v1+json", MediaKind::kConfig},
    KnownType{"application/vnd.docker.distribution.manifest.v1+json", MediaKind::kSchema1},
    KnownType{"application/vnd.docker.distribution.manifest.v1+prettyjws", MediaKind::kSchema1},
};
// Followed by nothing, or by one of kCompressions.
constexpr std::array<std::string_view, 4> kLayerTypes{
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
};
constexpr std::array<std::string_view, 5> kCompressions{"", "+gzip", "+zstd", ".gzip", ".zstd"};

bool is_layer_type(std::string_view type) {
    for (const auto known : kLayerTypes)
        if (type.starts_with(known) && std::find(kCompressions.begin(), kCompressions.end(),
                                                 type.substr(known.size())) != kCompressions.end())
            return true;
    return false;
}

Result<OciPlatform> read_platform(const JsonNode& node) {
    OciPlatform platform;
    platform.architecture = TRY(read_text_or_empty(node, "architecture"));
    platform.os = TRY(read_text_or_empty(node, "os"));
    platform.variant = TRY(read_text_or_empty(node, "variant"));
    return platform;
}

Result<OciDescriptor> read_descriptor(const JsonNode& node) {
    auto digest = TRY(read_member(node, "digest", read_parsed<Digest>));
    OciDescriptor descriptor{.digest = std::move(digest)};
    descriptor.media_type = TRY(read_member(
        node, "mediaType", [](const JsonNode& type) { return type.text("a media type"); }));
    const JsonNode size = TRY(node.member("size"));
    descriptor.size = TRY(size.natural(0, std::numeric_limits<std::int64_t>::max()));
    descriptor.urls = TRY(read_texts(node, "urls"));
    descriptor.annotations = TRY(read_string_map(node, "annotations"));
    descriptor.platform = TRY(read_optional(node, "platform", read_platform));
    return descriptor;
}

Error unsupported(const JsonNode& node, std::string message) {
    return node.here(Error{ErrorCode::kUnsupported, std::move(message)});
}

Result<OciDescriptor> read_config_descriptor(const JsonNode& node) {
    auto config = TRY(read_descriptor(node));
    if (media_kind(config.media_type) != MediaKind::kConfig)
        return unsupported(node, fmt::format("found a configuration of type {}, which is no "
                                             "container image's",
                                             quoted(config.media_type)));
    return config;
}

Result<OciDescriptor> read_layer(const JsonNode& node) {
    auto layer = TRY(read_descriptor(node));
    if (media_kind(layer.media_type) != MediaKind::kLayer)
        return unsupported(node, fmt::format("found a layer of type {}, wanted a tar archive, "
                                             "plain or compressed by gzip or zstd",
                                             quoted(layer.media_type)));
    return layer;
}

// A document that some reader may take for the other kind, or for schema 1, is refused: two readers
// would see two images under one digest. Source: OCI distribution-spec, CVE-2021-41190.
Result<void> refuse_members(const JsonNode& node, std::initializer_list<std::string_view> names,
                            std::string_view kind) {
    for (const auto name : names) {
        const JsonNode member = TRY(node.member(name));
        if (!member.absent())
            return member.here(found_wanted(fmt::format("\"{}\"", name),
                                            fmt::format("no such member in {}", kind)));
    }
    return {};
}

Result<OciManifest> read_manifest(const JsonNode& node) {
    TRY(refuse_members(node, {"manifests", "fsLayers", "history", "signatures"}, "a manifest"));
    auto config = TRY(read_member(node, "config", read_config_descriptor));
    OciManifest manifest{.config = std::move(config)};
    const JsonNode layers = TRY(node.member("layers"));
    TRY(layers.array());
    manifest.layers = TRY(read_list(node, "layers", read_layer));
    TRY(check_length(layers, manifest.layers.size(), kMaxLayers));
    manifest.annotations = TRY(read_string_map(node, "annotations"));
    return manifest;
}

Result<OciIndex> read_index(const JsonNode& node) {
    TRY(refuse_members(node, {"config", "layers", "fsLayers", "history", "signatures"},
                       "an index"));
    const JsonNode manifests = TRY(node.member("manifests"));
    TRY(manifests.array());
    OciIndex index;
    index.manifests = TRY(read_list(node, "manifests", read_descriptor));
    TRY(check_length(manifests, index.manifests.size(), kMaxEntries));
    index.annotations = TRY(read_string_map(node, "annotations"));
    return index;
}

// What the document itself says; kOther when it says nothing.
Result<MediaKind> kind_inside(const JsonNode& node) {
    const JsonNode version = TRY(node.member("schemaVersion"));
    const JsonNode type = TRY(node.member("mediaType"));
    const std::string text = TRY(read_text_or_empty(node, "mediaType"));
    const MediaKind kind = text.empty() ? MediaKind::kOther : media_kind(text);
    if (kind == MediaKind::kSchema1 || version.json().as_uint() == 1U)
        return unsupported(node,
                           "Docker image manifests of schema 1 are obsolete and not supported; "
                           "save the image again with a newer tool");
    if (version.json().as_uint() != 2U) return version.refuse("2");
    if (!text.empty() && kind != MediaKind::kManifest && kind != MediaKind::kIndex)
        return unsupported(type, fmt::format("found {}, wanted the type of an image manifest or "
                                             "an index",
                                             quoted(text)));
    return kind;
}

// Empty text: nobody said anything.
Result<MediaKind> kind_outside(std::string_view media_type) {
    media_type = media_type.substr(0, media_type.find(';'));
    while (media_type.ends_with(' '))
        media_type.remove_suffix(1);
    if (media_type.empty()) return MediaKind::kOther;
    const MediaKind kind = media_kind(media_type);
    if (kind == MediaKind::kManifest || kind == MediaKind::kIndex) return kind;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("found a document of type {}, wanted an image manifest or an index",
                             quoted(media_type))};
}

bool is_relative_path(std::string_view path) {
    return !path.empty() && check_path("/" + std::string{path}).has_value() && path != "/";
}

Result<std::string> read_archive_path(const JsonNode& node) {
    std::string path = TRY(node.text("a path in the archive"));
    if (path.starts_with("./")) path.erase(0, 2);
    if (!is_relative_path(path)) return node.refuse("a relative path without \"..\"");
    return path;
}

Result<DockerArchiveImage> read_archive_image(const JsonNode& node) {
    DockerArchiveImage image;
    image.config = TRY(read_member(node, "Config", read_archive_path));
    image.repo_tags = TRY(read_texts(node, "RepoTags"));
    image.layers = TRY(read_list(node, "Layers", read_archive_path));
    const JsonNode layers = TRY(node.member("Layers"));
    TRY(check_length(layers, image.layers.size(), kMaxLayers));
    return image;
}

}  // namespace

MediaKind media_kind(std::string_view media_type) {
    for (const auto& known : kTypes)
        if (known.name == media_type) return known.kind;
    return is_layer_type(media_type) ? MediaKind::kLayer : MediaKind::kOther;
}

Result<std::variant<OciManifest, OciIndex>> parse_oci_document(std::string_view text,
                                                               std::string_view media_type) {
    using Document = std::variant<OciManifest, OciIndex>;
    const MediaKind outside = TRY(kind_outside(media_type));
    const Json json = TRY(Json::parse(text, {.max_bytes = kMaxOciDocument}));
    const JsonNode node{json};
    const MediaKind inside = TRY(kind_inside(node));
    if (outside != MediaKind::kOther && inside != MediaKind::kOther && outside != inside) {
        const JsonNode type = TRY(node.member("mediaType"));
        return type.refuse(fmt::format("the same kind of document as the type it came with, {}",
                                       quoted(media_type)));
    }
    MediaKind kind = outside != MediaKind::kOther ? outside : inside;
    if (kind == MediaKind::kOther) {
        const JsonNode manifests = TRY(node.member("manifests"));
        kind = manifests.absent() ? MediaKind::kManifest : MediaKind::kIndex;
    }
    if (kind == MediaKind::kIndex) {
        auto index = TRY(read_index(node));
        return Document{std::move(index)};
    }
    auto manifest = TRY(read_manifest(node));
    return Document{std::move(manifest)};
}

Result<OciManifest> parse_oci_manifest(std::string_view text, std::string_view media_type) {
    auto document = TRY(parse_oci_document(text, media_type));
    if (auto* manifest = std::get_if<OciManifest>(&document)) return std::move(*manifest);
    return Error{ErrorCode::kInvalidArgument, "found an index, wanted an image manifest"};
}

Result<OciIndex> parse_oci_index(std::string_view text, std::string_view media_type) {
    auto document = TRY(parse_oci_document(text, media_type));
    if (auto* index = std::get_if<OciIndex>(&document)) return std::move(*index);
    return Error{ErrorCode::kInvalidArgument, "found an image manifest, wanted an index"};
}

Result<void> check_oci_layout(std::string_view text) {
    const Json json = TRY(Json::parse(text, {.max_bytes = 65536}));
    const JsonNode node{json};
    const JsonNode version = TRY(node.member("imageLayoutVersion"));
    if (TRY(version.text("\"1.0.0\"")) != "1.0.0") return version.refuse("\"1.0.0\"");
    return {};
}

Result<std::vector<DockerArchiveImage>> parse_docker_archive(std::string_view text) {
    const Json json = TRY(Json::parse(text, {.max_bytes = kMaxOciDocument}));
    const JsonNode node{json};
    const auto* entries = TRY(node.array());
    if (entries->empty()) return node.refuse("at least one image");
    TRY(check_length(node, entries->size(), kMaxEntries));
    std::vector<DockerArchiveImage> images;
    for (std::size_t index = 0; index < entries->size(); ++index) {
        const JsonNode entry = node.element(index);
        images.push_back(TRY(read_archive_image(entry)));
    }
    return images;
}

std::optional<Digest> digest_of_config_path(std::string_view path) {
    if (path.ends_with(".json")) path.remove_suffix(5);
    constexpr std::string_view kBlobs = "blobs/";
    std::string text = "sha256:" + std::string{path};
    if (path.starts_with(kBlobs)) {
        text = path.substr(kBlobs.size());
        const auto slash = text.find('/');
        if (slash == std::string::npos) return std::nullopt;
        text[slash] = ':';
    }
    auto digest = Digest::parse(text);
    if (!digest) return std::nullopt;
    return std::move(digest).value();
}

}  // namespace podd::schema
