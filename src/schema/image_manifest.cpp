// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/image_manifest.h"

#include <limits>

#include "schema/app_json.h"
#include "schema/scalars.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

Result<Dependency> read_dependency(const JsonNode& node) {
    auto name = TRY(read_member(node, "imageName", read_parsed<AcIdentifier>));
    auto id = TRY(read_optional(node, "imageID", checked_text(check_loose_image_id)));
    auto labels = TRY(read_labels(node));
    auto size = TRY(read_optional(node, "size", [](const JsonNode& size_node) {
        return size_node.natural(0, std::numeric_limits<std::uint64_t>::max());
    }));
    return Dependency{std::move(name), std::move(id), std::move(labels), size};
}

// Entries without a leading "/" mean the same as with one: the reference parser takes them.
Result<std::string> read_whitelist_path(const JsonNode& node) {
    std::string path = TRY(node.text());
    const std::string absolute = path.starts_with('/') ? path : "/" + path;
    if (auto good = check_working_directory(absolute); !good)
        return node.refuse("an absolute path without \"..\"");
    return path;
}

Json write_dependency(const Dependency& dependency) {
    Json json{Json::Object{{"imageName", dependency.image_name.str()}}};
    if (dependency.image_id) json.add("imageID", *dependency.image_id);
    add_labels(json, dependency.labels);
    if (dependency.size) json.add("size", *dependency.size);
    return json;
}

}  // namespace

Result<ImageManifest> ImageManifest::parse(std::string_view text) {
    const Json json = TRY(Json::parse(text));
    return from_json(json);
}

Result<ImageManifest> ImageManifest::from_json(const Json& json) {
    const JsonNode node{json};
    auto version = TRY(read_kind_and_version(node, "ImageManifest"));
    auto name = TRY(read_member(node, "name", read_parsed<AcIdentifier>));
    ImageManifest manifest{.ac_version = std::move(version), .name = std::move(name)};
    manifest.labels = TRY(read_labels(node));
    manifest.app = TRY(read_optional(node, "app", read_app));
    manifest.dependencies = TRY(read_list(node, "dependencies", read_dependency));
    manifest.path_whitelist = TRY(read_list(node, "pathWhitelist", read_whitelist_path));
    manifest.annotations = TRY(read_annotations(node));
    return manifest;
}

Json ImageManifest::to_json() const {
    Json json{
        Json::Object{{"acKind", "ImageManifest"}, {"acVersion", ac_version}, {"name", name.str()}}};
    add_labels(json, labels);
    if (app) json.add("app", write_app(*app));
    add_list(json, "dependencies", dependencies, write_dependency);
    if (!path_whitelist.empty()) json.add("pathWhitelist", write_texts(path_whitelist));
    add_annotations(json, annotations);
    return json;
}

}  // namespace podd::schema
