// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/appc_to_oci.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "schema/json_node.h"
#include "schema/platform.h"

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kLayerType = "application/vnd.oci.image.layer.v1.tar";
constexpr std::string_view kAppcManifest = "org.podd.appc-manifest";
constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";

Json strings(const std::vector<std::string>& values) {
    Json array{Json::Array{}};
    for (const auto& value : values)
        array.push_back(value);
    return array;
}

// OCI writes a set as an object with empty values.
void add_set(Json& json, std::string name, std::vector<std::string> values) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    Json set{Json::Object{}};
    for (auto& value : values)
        set.add(std::move(value), Json{Json::Object{}});
    json.add(std::move(name), std::move(set));
}

Json process_config(const App& app) {
    Json environment{Json::Array{}};
    for (const auto& variable : app.environment)
        environment.push_back(fmt::format("{}={}", variable.name, variable.value));
    Json json;
    json.add("User", fmt::format("{}:{}", app.user, app.group));
    std::vector<std::string> ports;
    ports.reserve(app.ports.size());
    for (const auto& port : app.ports)
        ports.push_back(fmt::format("{}/{}", port.port, port.protocol));
    add_set(json, "ExposedPorts", std::move(ports));
    json.add("Env", std::move(environment));
    json.add("Entrypoint", strings(app.exec));
    std::vector<std::string> volumes;
    volumes.reserve(app.mount_points.size());
    for (const auto& mount : app.mount_points)
        volumes.push_back(mount.path);
    add_set(json, "Volumes", std::move(volumes));
    if (!app.working_directory.empty()) json.add("WorkingDir", app.working_directory);
    return json;
}

// Labels that have no member of their own.
void add_other_labels(Json& config, const std::vector<Label>& labels) {
    Json others;
    for (const auto& one : labels)
        if (one.name.str() != "os" && one.name.str() != "arch" && one.name.str() != "version")
            others.add(one.name.str(), one.value);
    if (!others.is_null()) config.add("Labels", std::move(others));
}

OciPlatform platform_of(const std::vector<Label>& labels) {
    const auto os = label(labels, "os").value_or("linux");
    auto [architecture, variant] = oci_architecture_of(os, label(labels, "arch").value_or(""));
    return {std::move(architecture), std::string{os}, std::move(variant)};
}

void add_platform(Json& json, const OciPlatform& platform) {
    json.add("architecture", platform.architecture);
    if (!platform.variant.empty()) json.add("variant", platform.variant);
    json.add("os", platform.os);
}

Json descriptor(std::string_view type, const OciBlob& blob) {
    Json json;
    json.add("mediaType", type);
    json.add("digest", "sha256:" + blob.sha256);
    json.add("size", blob.size);
    return json;
}

// Readers look at the bytes; the names of bzip2 and xz are not OCI's.
std::string layer_type(const OciBlob& layer) {
    if (layer.compression.empty() || layer.compression == "none") return std::string{kLayerType};
    return fmt::format("{}+{}", kLayerType, layer.compression);
}

}  // namespace

base::Result<void> check_fits_oci(const ImageManifest& manifest) {
    const auto refuse = [](std::string_view what, std::string_view name) {
        return Error{
            ErrorCode::kUnsupported,
            fmt::format("an OCI image has no place for {} {}: an ACI has", what, quoted(name))};
    };
    if (!manifest.app) return {};
    const App& app = *manifest.app;
    if (!app.isolators.empty()) return refuse("isolator", app.isolators.front().name.str());
    for (const auto& mount : app.mount_points)
        if (mount.read_only) return refuse("the read-only mount point", mount.name.str());
    if (app.user.starts_with('/')) return refuse("the user that owns", app.user);
    if (app.group.starts_with('/')) return refuse("the group that owns", app.group);
    return {};
}

std::string oci_config_of(const ImageManifest& manifest, const std::string& diff_id) {
    Json rootfs;
    rootfs.add("type", "layers");
    rootfs.add("diff_ids", strings({"sha256:" + diff_id}));
    Json config = manifest.app ? process_config(*manifest.app) : Json{Json::Object{}};
    add_other_labels(config, manifest.labels);
    Json json;
    for (const auto& one : manifest.annotations)
        if (one.name.str() == "created") json.add("created", one.value);
    add_platform(json, platform_of(manifest.labels));
    json.add("config", std::move(config));
    json.add("rootfs", std::move(rootfs));
    return json.str();
}

std::string oci_manifest_of(const OciBlob& config, const std::vector<OciBlob>& layers,
                            const ImageManifest* image) {
    Json list{Json::Array{}};
    for (const auto& layer : layers)
        list.push_back(descriptor(layer_type(layer), layer));
    Json json;
    json.add("schemaVersion", 2);
    json.add("mediaType", kOciManifestType);
    json.add("config", descriptor(kConfigType, config));
    json.add("layers", std::move(list));
    if (image != nullptr) {
        Json annotations;
        annotations.add(std::string{kAppcManifest}, image->to_json().str());
        json.add("annotations", std::move(annotations));
    }
    return json.str();
}

std::string oci_reference_of(const ImageManifest& image) {
    const auto version = label(image.labels, "version");
    return version ? fmt::format("{}:{}", image.name.str(), *version) : image.name.str();
}

// Source: OCI image-spec 1.1 image-index.md.
std::string oci_index_of(const OciIndexed& image) {
    Json entry;
    entry.add("mediaType", image.media_type);
    entry.add("digest", image.digest);
    entry.add("size", image.size);
    if (image.platform) {
        Json platform;
        add_platform(platform, *image.platform);
        entry.add("platform", std::move(platform));
    }
    if (!image.reference.empty()) {
        Json annotations;
        annotations.add(std::string{kRefName}, image.reference);
        entry.add("annotations", std::move(annotations));
    }
    Json json;
    json.add("schemaVersion", 2);
    json.add("mediaType", kOciIndexType);
    json.add("manifests", Json{Json::Array{std::move(entry)}});
    return json.str();
}

std::string oci_index_of(const OciBlob& manifest, const ImageManifest& image) {
    return oci_index_of({.digest = "sha256:" + manifest.sha256,
                         .size = manifest.size,
                         .reference = oci_reference_of(image),
                         .platform = platform_of(image.labels)});
}

}  // namespace podd::schema
