// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/describe.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <sys/utsname.h>

#include "schema/oci.h"
#include "schema/oci_select.h"
#include "schema/oci_to_appc.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

// An index may name indexes; nobody nests them deeper.
constexpr int kMaxIndexDepth = 4;

schema::OciPlatform host_platform() {
    utsname name{};
    if (::uname(&name) < 0) return {};
    return schema::oci_platform_of_machine(name.machine).value_or(schema::OciPlatform{});
}

std::string blob_path(const schema::Digest& digest) {
    return fmt::format("blobs/{}/{}", digest.algorithm(), digest.hex());
}

// A file that need not be there.
Result<std::optional<std::string>> read_if_there(const ReadDocument& read,
                                                 const std::string& path) {
    auto text = read(path);
    if (!text && text.error().code() == ErrorCode::kNotFound) return std::optional<std::string>{};
    if (!text) return std::move(text).error();
    return std::optional{*std::move(text)};
}

// Errors: kInvalidArgument when it has another size than was said.
Result<std::string> read_sized(const ReadDocument& read, const schema::OciDescriptor& named) {
    const auto path = blob_path(named.digest);
    auto text = TRY(read(path));
    if (text.size() != named.size)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\": its size is {}, the image says {}", path, text.size(),
                                 named.size)};
    return text;
}

struct Found {
    std::string reference;  // what the image is called where it comes from
    std::string manifest_path;
    std::optional<schema::Digest> manifest_digest;
    std::string config_path;
    std::optional<schema::Digest> config_digest;
    std::vector<LayerDescription> layers;
    std::optional<schema::OciImageConfig> config;
};

Result<Found> find_oci(const ReadDocument& read, const ImportOptions& options) {
    auto index = TRY_CONTEXT(schema::parse_oci_index(TRY(read("index.json"))), "\"index.json\"");
    auto chosen = TRY(schema::select_image(index, options.reference, host_platform()));
    Found found;
    found.reference = schema::reference_of(chosen);
    for (int depth = 0;; ++depth) {
        const auto path = blob_path(chosen.digest);
        const auto text = TRY(read_sized(read, chosen));
        auto document =
            TRY_CONTEXT(schema::parse_oci_document(text, chosen.media_type), "\"{}\"", path);
        if (auto* manifest = std::get_if<schema::OciManifest>(&document)) {
            found.manifest_path = path;
            found.manifest_digest = chosen.digest;
            TRY(read_sized(read, manifest->config));
            found.config_path = blob_path(manifest->config.digest);
            found.config_digest = manifest->config.digest;
            for (const auto& layer : manifest->layers)
                // The DiffID comes from the configuration.
                found.layers.push_back(
                    {blob_path(layer.digest), layer.digest, layer.size, layer.digest});
            return found;
        }
        if (depth == kMaxIndexDepth)
            return Error{ErrorCode::kInvalidArgument, "indexes are nested too deep"};
        chosen =
            TRY(schema::select_image(std::get<schema::OciIndex>(document), "", host_platform()));
    }
}

Result<Found> find_docker(const std::string& text, const ImportOptions& options) {
    const auto images = TRY_CONTEXT(schema::parse_docker_archive(text), "\"manifest.json\"");
    const auto chosen = TRY(schema::select_image(images, options.reference));
    Found found;
    const auto tag = std::find(chosen.repo_tags.begin(), chosen.repo_tags.end(), options.reference);
    if (tag != chosen.repo_tags.end())
        found.reference = *tag;
    else if (!chosen.repo_tags.empty())
        found.reference = chosen.repo_tags.front();
    found.config_path = chosen.config;
    found.config_digest = schema::digest_of_config_path(chosen.config);
    for (const auto& path : chosen.layers)
        found.layers.push_back({path, std::nullopt, 0,
                                schema::Digest::parse("sha256:" + std::string(64, '0')).value()});
    return found;
}

// Docker 25 and later write both: the manifest is OCI's, the name is in Docker's file.
std::string docker_tag_of(const std::string& text, const Found& found) {
    const auto images = schema::parse_docker_archive(text);
    if (!images) return {};
    for (const auto& image : *images)
        if (schema::digest_of_config_path(image.config) == found.config_digest &&
            !image.repo_tags.empty())
            return image.repo_tags.front();
    return {};
}

Result<schema::ImageName> name_of(const Found& found, const ImportOptions& options) {
    if (options.name) {
        auto name = schema::image_name_of(found.reference, options.name->str());
        return schema::ImageName{*options.name, name ? name->version : std::nullopt};
    }
    if (found.reference.empty())
        return Error{ErrorCode::kInvalidArgument,
                     "the image does not say what it is called: give it a name (--name=)"};
    return schema::image_name_of(found.reference, "");
}

Json to_json(const LayerDescription& layer) {
    Json json;
    json.add("path", layer.path);
    json.add("digest", layer.digest ? Json{layer.digest->str()} : Json{});
    json.add("size", layer.size);
    json.add("diffId", layer.diff_id.str());
    return json;
}

Json to_json(const std::optional<schema::Digest>& digest) {
    return digest ? Json{digest->str()} : Json{};
}

}  // namespace

Result<Json> describe_image(const ReadDocument& read, const ImportOptions& options) {
    const auto layout = TRY(read_if_there(read, "oci-layout"));
    const auto docker = TRY(read_if_there(read, "manifest.json"));
    if (!layout && !docker)
        return Error{ErrorCode::kInvalidArgument,
                     "this is no image: it has neither \"oci-layout\" nor \"manifest.json\""};
    if (layout) TRY_CONTEXT(schema::check_oci_layout(*layout), "\"oci-layout\"");
    auto found = layout ? TRY(find_oci(read, options)) : TRY(find_docker(*docker, options));
    if (layout && docker)
        if (auto tag = docker_tag_of(*docker, found); !tag.empty()) found.reference = tag;
    const auto config = TRY_CONTEXT(schema::parse_oci_config(TRY(read(found.config_path))),
                                    "\"{}\"", found.config_path);
    if (config.diff_ids.size() != found.layers.size())
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the image has {} layers and the digests of {}",
                                 found.layers.size(), config.diff_ids.size())};
    Json layers{Json::Array{}};
    for (std::size_t i = 0; i < found.layers.size(); ++i) {
        found.layers[i].diff_id = config.diff_ids[i];
        layers.push_back(to_json(found.layers[i]));
    }
    const auto name = TRY(name_of(found, options));
    const auto converted = TRY(schema::to_image_manifest(config, name, options.labels));
    Json notes{Json::Array{}};
    for (const auto& note : converted.notes)
        notes.push_back(note);
    Json json;
    json.add("manifestPath", found.manifest_path);
    json.add("manifestDigest", to_json(found.manifest_digest));
    json.add("configPath", found.config_path);
    json.add("configDigest", to_json(found.config_digest));
    json.add("layers", std::move(layers));
    json.add("manifest", converted.manifest.to_json());
    json.add("defaultArguments", std::uint64_t{converted.default_arguments});
    json.add("notes", std::move(notes));
    return json;
}

namespace {

Error unreadable() {
    return Error{ErrorCode::kInternal, "the reader of manifests gave no readable result"};
}

Result<std::string> text_member(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr) return unreadable();
    return *member->as_string();
}

// SHA-256 is what everybody writes; the store names blobs by it.
Result<std::optional<schema::Digest>> digest_member(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    if (member == nullptr) return unreadable();
    if (member->is_null()) return std::optional<schema::Digest>{};
    auto digest = schema::Digest::parse(TRY(text_member(json, name)));
    if (!digest) return unreadable();
    if (digest->algorithm() != "sha256")
        return Error{
            ErrorCode::kUnsupported,
            fmt::format("the image uses {} digests, only sha256 is read", digest->algorithm())};
    return std::optional<schema::Digest>{*std::move(digest)};
}

Result<LayerDescription> layer_value(const Json& json) {
    const Json* size = json.find("size");
    const auto bytes = size == nullptr ? std::nullopt : size->as_uint();
    auto diff_id = TRY(digest_member(json, "diffId"));
    if (!diff_id || !bytes) return unreadable();
    auto path = TRY(text_member(json, "path"));
    auto digest = TRY(digest_member(json, "digest"));
    return LayerDescription{std::move(path), std::move(digest), *bytes, *std::move(diff_id)};
}

}  // namespace

Result<ImageDescription> image_description(const Json& json) {
    const Json* manifest = json.find("manifest");
    const Json* layers = json.find("layers");
    const Json* notes = json.find("notes");
    const Json* defaults = json.find("defaultArguments");
    const auto default_arguments = defaults == nullptr ? std::nullopt : defaults->as_uint();
    if (manifest == nullptr || layers == nullptr || layers->as_array() == nullptr ||
        layers->as_array()->size() > schema::kMaxLayers || notes == nullptr ||
        notes->as_array() == nullptr || !default_arguments)
        return unreadable();
    auto manifest_digest = TRY(digest_member(json, "manifestDigest"));
    auto manifest_path = TRY(text_member(json, "manifestPath"));
    auto config_digest = TRY(digest_member(json, "configDigest"));
    auto config_path = TRY(text_member(json, "configPath"));
    auto appc = TRY(schema::ImageManifest::from_json(*manifest));
    ImageDescription image{.manifest_digest = std::move(manifest_digest),
                           .manifest_path = std::move(manifest_path),
                           .config_digest = std::move(config_digest),
                           .config_path = std::move(config_path),
                           .layers = {},
                           .manifest = std::move(appc),
                           .default_arguments = *default_arguments,
                           .notes = {}};
    for (const Json& layer : *layers->as_array())
        image.layers.push_back(TRY(layer_value(layer)));
    for (const Json& note : *notes->as_array())
        if (note.as_string() != nullptr) image.notes.push_back(*note.as_string());
    return image;
}

}  // namespace podd::importer
