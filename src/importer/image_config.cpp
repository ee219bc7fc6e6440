// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/image_config.h"

#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/hash.h"
#include "importer/documents.h"
#include "schema/oci.h"
#include "store/layout.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::size_t kMaxSteps = 10'000;
constexpr std::size_t kMaxTextBytes = std::size_t{64} * 1024;

// OCI image-spec 1.1 config.md, "history".
Json step_of(const Json& entry) {
    Json step{Json::Object{}};
    for (const char* name : {"created", "created_by", "author", "comment"})
        if (const Json* value = entry.find(name); value != nullptr && value->as_string() != nullptr)
            step.add(name, value->as_string()->substr(0, kMaxTextBytes));
    const Json* empty = entry.find("empty_layer");
    step.add("empty_layer", empty != nullptr && empty->as_bool() != nullptr && *empty->as_bool());
    return step;
}

Json history_of(const Json& config) {
    Json steps{Json::Array{}};
    const Json* history = config.find("history");
    if (history == nullptr || history->as_array() == nullptr) return steps;
    for (const Json& entry : *history->as_array()) {
        if (steps.as_array()->size() == kMaxSteps) break;
        steps.push_back(step_of(entry));
    }
    return steps;
}

// In the worker.
Result<Json> describe(const ReadDocument& read, const std::string& manifest,
                      const std::string& config) {
    const auto document = TRY(Json::parse(TRY(read(manifest))));
    const auto text = TRY(read(config));
    const auto parsed = TRY(schema::parse_oci_config(text));
    Json digests{Json::Array{}};
    for (const auto& digest : parsed.diff_ids)
        digests.push_back(digest.str());
    const Json* type = document.find("mediaType");
    Json json;
    json.add("type", type != nullptr && type->as_string() != nullptr
                         ? Json{*type->as_string()}
                         : Json{schema::kOciManifestType});
    json.add("diffIds", std::move(digests));
    json.add("history", history_of(TRY(Json::parse(text))));
    return json;
}

Result<ImageConfig> config_value(const Json& json) {
    const Json* type = json.find("type");
    const Json* digests = json.find("diffIds");
    const Json* history = json.find("history");
    if (type == nullptr || type->as_string() == nullptr || digests == nullptr ||
        digests->as_array() == nullptr || history == nullptr || history->as_array() == nullptr)
        return Error{ErrorCode::kInternal, "the reader of manifests gave no readable result"};
    if (schema::media_kind(*type->as_string()) != schema::MediaKind::kManifest)
        return Error{ErrorCode::kCorrupt, "the image's manifest says that it is something else"};
    ImageConfig config{.manifest_type = *type->as_string(), .diff_ids = {}, .history = *history};
    for (const Json& digest : *digests->as_array())
        config.diff_ids.push_back(
            TRY(schema::Digest::parse(digest.as_string() == nullptr ? "" : *digest.as_string())));
    return config;
}

std::string name_of(const std::string& blob) {
    return blob.substr(blob.find('/') + 1);
}

}  // namespace

Result<ImageConfig> read_config(const std::string& store_dir, const store::ImageRecord& image) {
    if (image.kind != store::ImageKind::kOci || image.blobs.size() < kFirstLayerBlob)
        return Error{ErrorCode::kUnsupported, "the image has no OCI configuration"};
    const auto blobs = TRY(base::open_path(fmt::format("{}/{}/sha256", store_dir, store::kBlobsDir),
                                           O_RDONLY | O_DIRECTORY));
    const auto manifest = name_of(image.blobs[kManifestBlob]);
    const auto config = name_of(image.blobs[kConfigBlob]);
    Documents documents{blobs.get()};
    const auto json = TRY(
        documents.run([&](const ReadDocument& read) { return describe(read, manifest, config); }));
    for (const auto& name : {manifest, config})
        if (base::hash_hex(base::HashAlgorithm::kSha256, TRY(documents.text(name))) != name)
            return Error{ErrorCode::kCorrupt,
                         fmt::format("\"blobs/sha256/{}\" is not what was imported: remove the "
                                     "image and import it again",
                                     name)};
    return config_value(json);
}

}  // namespace podd::importer
