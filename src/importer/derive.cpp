// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/derive.h"

#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "schema/oci.h"
#include "schema/platform.h"

namespace podd::importer {

using base::Json;

namespace {

constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kLayerType = "application/vnd.oci.image.layer.v1.tar";
constexpr std::string_view kAppcManifest = "org.podd.appc-manifest";

Json strings(const std::vector<std::string>& values) {
    Json array{Json::Array{}};
    for (const auto& value : values)
        array.push_back(value);
    return array;
}

// OCI's word for an architecture of appc.
std::string oci_architecture(std::string_view arch) {
    for (const auto& [appc, oci] : {std::pair{"aarch64", "arm64"}, std::pair{"i386", "386"},
                                    std::pair{"armv7l", "arm"}, std::pair{"armv6l", "arm"}})
        if (arch == appc) return oci;
    return std::string{arch};
}

Json process_config(const schema::App& app) {
    Json environment{Json::Array{}};
    for (const auto& variable : app.environment)
        environment.push_back(fmt::format("{}={}", variable.name, variable.value));
    Json json;
    json.add("User", fmt::format("{}:{}", app.user, app.group));
    json.add("Env", std::move(environment));
    json.add("Entrypoint", strings(app.exec));
    if (!app.working_directory.empty()) json.add("WorkingDir", app.working_directory);
    return json;
}

Json descriptor(std::string_view type, const DerivedBlob& blob) {
    Json json;
    json.add("mediaType", type);
    json.add("digest", "sha256:" + blob.sha256);
    json.add("size", blob.size);
    return json;
}

// Readers look at the bytes; the names of bzip2 and xz are not OCI's.
std::string layer_type(archive::Compression compression) {
    if (compression == archive::Compression::kNone) return std::string{kLayerType};
    return fmt::format("{}+{}", kLayerType, archive::compression_name(compression));
}

}  // namespace

std::string derive_config(const schema::ImageManifest& manifest, const std::string& diff_id) {
    Json rootfs;
    rootfs.add("type", "layers");
    rootfs.add("diff_ids", strings({"sha256:" + diff_id}));
    Json json;
    json.add("architecture", oci_architecture(schema::label(manifest.labels, "arch").value_or("")));
    json.add("os", schema::label(manifest.labels, "os").value_or("linux"));
    json.add("config", manifest.app ? process_config(*manifest.app) : Json{Json::Object{}});
    json.add("rootfs", std::move(rootfs));
    return json.str();
}

std::string derive_manifest(const DerivedBlob& config, const std::vector<DerivedBlob>& layers,
                            const schema::ImageManifest* image) {
    Json list{Json::Array{}};
    for (const auto& layer : layers)
        list.push_back(descriptor(layer_type(layer.compression), layer));
    Json json;
    json.add("schemaVersion", 2);
    json.add("mediaType", schema::kOciManifestType);
    json.add("config", descriptor(kConfigType, config));
    json.add("layers", std::move(list));
    if (image != nullptr) {
        Json annotations;
        annotations.add(std::string{kAppcManifest}, image->to_json().str());
        json.add("annotations", std::move(annotations));
    }
    return json.str();
}

}  // namespace podd::importer
