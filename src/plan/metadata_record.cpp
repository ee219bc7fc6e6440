// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/metadata_record.h"

#include <fmt/format.h>

namespace podd::plan {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

Error corrupt(std::string_view member) {
    return Error{ErrorCode::kCorrupt,
                 fmt::format("member \"{}\" is missing or has a wrong value", member)};
}

Result<std::string> text_member(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr) return corrupt(name);
    return *member->as_string();
}

Json pairs(const MetadataAnnotations& annotations) {
    Json array{Json::Array{}};
    if (!annotations) return array;
    for (const auto& [name, value] : *annotations)
        array.push_back(Json::Array{name, value});
    return array;
}

Result<MetadataAnnotations> pairs_member(const Json& json) {
    constexpr const char* kName = "annotations";
    const auto* member = json.find(kName);
    if (member == nullptr) return MetadataAnnotations{};
    if (member->as_array() == nullptr) return corrupt(kName);
    MetadataAnnotations annotations{std::in_place};
    for (const auto& element : *member->as_array()) {
        const auto* pair = element.as_array();
        if (pair == nullptr || pair->size() != 2 || (*pair)[0].as_string() == nullptr ||
            (*pair)[1].as_string() == nullptr)
            return corrupt(kName);
        annotations->emplace_back(*(*pair)[0].as_string(), *(*pair)[1].as_string());
    }
    return annotations;
}

Json to_json(const MetadataApp& app) {
    Json json{Json::Object{
        {"name", app.name}, {"imageId", app.image_id}, {"imageManifest", app.image_manifest}}};
    if (app.annotations) json.add("annotations", pairs(app.annotations));
    return json;
}

Result<MetadataApp> metadata_app(const Json& json) {
    MetadataApp app;
    app.name = TRY(text_member(json, "name"));
    app.image_id = TRY(text_member(json, "imageId"));
    app.image_manifest = TRY(text_member(json, "imageManifest"));
    app.annotations = TRY(pairs_member(json));
    return app;
}

}  // namespace

Json to_json(const MetadataRecord& record) {
    Json json{Json::Object{{"pod", record.pod},
                           {"uuid", record.uuid},
                           {"token", record.token},
                           {"manifest", record.manifest}}};
    if (record.annotations) json.add("annotations", pairs(record.annotations));
    Json apps{Json::Array{}};
    for (const auto& app : record.apps)
        apps.push_back(to_json(app));
    json.add("apps", std::move(apps));
    return json;
}

Result<MetadataRecord> metadata_record(const Json& json) {
    MetadataRecord record;
    record.pod = TRY(text_member(json, "pod"));
    record.uuid = TRY(text_member(json, "uuid"));
    record.token = TRY(text_member(json, "token"));
    record.manifest = TRY(text_member(json, "manifest"));
    record.annotations = TRY(pairs_member(json));
    const auto* apps = json.find("apps");
    if (apps == nullptr || apps->as_array() == nullptr) return corrupt("apps");
    for (const auto& app : *apps->as_array())
        record.apps.push_back(TRY(metadata_app(app)));
    return record;
}

Result<MetadataRecord> parse_metadata_record(std::string_view text) {
    base::JsonLimits limits;
    limits.max_bytes = kMetadataMaxBytes;
    return metadata_record(TRY(Json::parse(text, limits)));
}

}  // namespace podd::plan
