// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/record.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/layout.h"

namespace podd::store {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr std::int64_t kVersion = 1;

Error corrupt(std::string_view member, std::string_view wanted) {
    return Error{ErrorCode::kCorrupt, fmt::format("/{}: wanted {}", member, wanted)};
}

Result<std::string> string_member(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr) return corrupt(name, "a string");
    return *member->as_string();
}

Result<std::string> optional_string(const Json& json, std::string_view name) {
    if (json.find(name) == nullptr) return std::string{};
    return string_member(json, name);
}

Result<std::uint64_t> uint_member(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    const auto value = member == nullptr ? std::nullopt : member->as_uint();
    if (!value) return corrupt(name, "a number");
    return *value;
}

Result<std::vector<std::string>> names_member(const Json& json, std::string_view name,
                                              bool (*valid)(std::string_view)) {
    const Json* member = json.find(name);
    const auto* array = member == nullptr ? nullptr : member->as_array();
    if (array == nullptr) return corrupt(name, "an array");
    std::vector<std::string> names;
    for (const Json& element : *array) {
        const auto* text = element.as_string();
        // These become paths: a name that is none is never passed on.
        if (text == nullptr || !valid(*text)) return corrupt(name, "digests only");
        names.push_back(*text);
    }
    return names;
}

Json strings(const std::vector<std::string>& values) {
    Json array{Json::Array{}};
    for (const auto& value : values)
        array.push_back(value);
    return array;
}

Json to_json(const std::vector<Origin>& origins) {
    Json array{Json::Array{}};
    for (const auto& origin : origins) {
        Json json;
        json.add("reference", origin.reference);
        json.add("url", origin.url);
        json.add("etag", origin.etag);
        json.add("maxAge", origin.max_age);
        json.add("checkedUsec", origin.checked_usec);
        array.push_back(std::move(json));
    }
    return array;
}

Result<std::vector<Origin>> origins_member(const Json& json) {
    std::vector<Origin> origins;
    const Json* member = json.find("origins");
    if (member == nullptr) return origins;
    if (member->as_array() == nullptr) return corrupt("origins", "an array");
    for (const Json& element : *member->as_array()) {
        Origin origin;
        origin.reference = TRY(string_member(element, "reference"));
        origin.url = TRY(string_member(element, "url"));
        origin.etag = TRY(string_member(element, "etag"));
        origin.max_age = TRY(uint_member(element, "maxAge"));
        origin.checked_usec = TRY(uint_member(element, "checkedUsec"));
        origins.push_back(std::move(origin));
    }
    return origins;
}

Json to_json(const Verification& verification) {
    Json json;
    json.add("kind", verification.kind);
    json.add("by", verification.by);
    if (!verification.reference.empty()) json.add("reference", verification.reference);
    if (!verification.rule.empty()) json.add("rule", verification.rule);
    return json;
}

Result<Verification> verification_member(const Json& json) {
    const Json* member = json.find("verification");
    if (member == nullptr) return corrupt("verification", "an object");
    Verification verification;
    verification.kind = TRY(string_member(*member, "kind"));
    verification.by = TRY(string_member(*member, "by"));
    verification.reference = TRY(optional_string(*member, "reference"));
    verification.rule = TRY(optional_string(*member, "rule"));
    return verification;
}

Json to_json(const std::vector<DependencyRecord>& dependencies) {
    Json array{Json::Array{}};
    for (const auto& dependency : dependencies) {
        Json json;
        json.add("id", dependency.id);
        json.add("name", dependency.name);
        json.add("fetched", dependency.is_fetched);
        json.add("verification", to_json(dependency.verification));
        array.push_back(std::move(json));
    }
    return array;
}

Result<std::vector<DependencyRecord>> dependencies_member(const Json& json) {
    std::vector<DependencyRecord> dependencies;
    const Json* member = json.find("dependencies");
    if (member == nullptr) return dependencies;
    if (member->as_array() == nullptr) return corrupt("dependencies", "an array");
    for (const Json& element : *member->as_array()) {
        DependencyRecord dependency;
        dependency.id = TRY(string_member(element, "id"));
        dependency.name = TRY(string_member(element, "name"));
        const Json* fetched = element.find("fetched");
        if (!is_id(dependency.id)) return corrupt("dependencies", "image ids");
        if (fetched == nullptr || !fetched->as_bool())
            return corrupt("dependencies", "\"fetched\"");
        dependency.is_fetched = *fetched->as_bool();
        dependency.verification = TRY(verification_member(element));
        dependencies.push_back(std::move(dependency));
    }
    return dependencies;
}

Json numbers(const std::vector<std::uint64_t>& values) {
    Json array{Json::Array{}};
    for (const auto value : values)
        array.push_back(value);
    return array;
}

// Records of earlier versions have none.
Result<std::vector<std::uint64_t>> tree_bytes_member(const Json& json, std::size_t trees) {
    std::vector<std::uint64_t> sizes;
    sizes.reserve(trees);
    const Json* member = json.find("treeBytes");
    if (member == nullptr) return sizes;
    const auto* array = member->as_array();
    if (array == nullptr || array->size() != trees)
        return corrupt("treeBytes", "a number for each tree");
    for (const Json& element : *array) {
        const auto size = element.as_uint();
        if (!size) return corrupt("treeBytes", "a number for each tree");
        sizes.push_back(*size);
    }
    return sizes;
}

Result<std::optional<std::size_t>> default_arguments_member(const Json& json,
                                                            const schema::ImageManifest& manifest) {
    std::optional<std::size_t> number;
    if (json.find("defaultArguments") == nullptr) return number;
    number = TRY(uint_member(json, "defaultArguments"));
    if (*number > (manifest.app ? manifest.app->exec.size() : 0))
        return corrupt("defaultArguments", "no more than \"exec\" has words");
    return number;
}

Result<> check_version(const Json& json) {
    if (json.as_object() == nullptr) return corrupt("", "an object");
    const Json* version = json.find("version");
    const auto value = version == nullptr ? std::nullopt : version->as_int();
    if (!value) return corrupt("version", "a number");
    if (*value != kVersion)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("version {}: this podd reads version {}", *value, kVersion)};
    return {};
}

Result<std::vector<schema::Label>> labels_member(const Json& json) {
    const Json* member = json.find("labels");
    if (member == nullptr) return corrupt("labels", "an array");
    auto labels = schema::labels_from_json(*member);
    if (!labels) return corrupt("labels", "labels");
    return labels;
}

}  // namespace

Json to_json(const ImageRecord& record) {
    Json json;
    json.add("version", kVersion);
    json.add("id", record.id);
    json.add("kind", record.kind == ImageKind::kAci ? "aci" : "oci");
    json.add("trees", strings(record.trees));
    json.add("blobs", strings(record.blobs));
    json.add("sizeBytes", record.size_bytes);
    if (!record.tree_bytes.empty()) json.add("treeBytes", numbers(record.tree_bytes));
    json.add("importedUsec", record.imported_usec);
    json.add("verification", to_json(record.verification));
    if (!record.dependencies.empty()) json.add("dependencies", to_json(record.dependencies));
    if (!record.origins.empty()) json.add("origins", to_json(record.origins));
    json.add("manifest", record.manifest.to_json());
    if (record.default_arguments)
        json.add("defaultArguments", std::uint64_t{*record.default_arguments});
    if (!record.manifest_text.empty() && record.manifest_text.size() <= kMaxManifestText)
        json.add("manifestText", record.manifest_text);
    return json;
}

Result<ImageRecord> image_record(const Json& json) {
    TRY(check_version(json));
    const Json* manifest = json.find("manifest");
    if (manifest == nullptr) return corrupt("manifest", "an image manifest");
    auto parsed = schema::ImageManifest::from_json(*manifest);
    if (!parsed)
        return Error{ErrorCode::kCorrupt, fmt::format("/manifest{}", parsed.error().message())};
    const auto kind = TRY(string_member(json, "kind"));
    if (kind != "aci" && kind != "oci") return corrupt("kind", "\"aci\" or \"oci\"");
    auto id = TRY(string_member(json, "id"));
    if (!is_id(id)) return corrupt("id", "an image id");
    ImageRecord record{.id = std::move(id),
                       .kind = kind == "aci" ? ImageKind::kAci : ImageKind::kOci,
                       .manifest = *std::move(parsed),
                       .trees = {},
                       .blobs = {},
                       .verification = {}};
    record.trees = TRY(names_member(json, "trees", is_id));
    record.blobs = TRY(names_member(json, "blobs", is_blob));
    record.size_bytes = TRY(uint_member(json, "sizeBytes"));
    record.tree_bytes = TRY(tree_bytes_member(json, record.trees.size()));
    record.imported_usec = TRY(uint_member(json, "importedUsec"));
    record.verification = TRY(verification_member(json));
    record.dependencies = TRY(dependencies_member(json));
    record.origins = TRY(origins_member(json));
    record.manifest_text = TRY(optional_string(json, "manifestText"));
    record.default_arguments = TRY(default_arguments_member(json, record.manifest));
    return record;
}

DependencyRecord dependency_record(const ImageRecord& record) {
    return {record.id, record.manifest.name.str(), record.verification, !record.origins.empty()};
}

std::vector<std::pair<std::string, std::string>> layers_of(const ImageRecord& record) {
    constexpr std::size_t kDocuments = 2;
    std::vector<std::pair<std::string, std::string>> layers;
    if (record.kind != ImageKind::kOci || record.blobs.size() != record.trees.size() + kDocuments)
        return layers;
    for (std::size_t i = 0; i < record.trees.size(); ++i)
        layers.emplace_back(record.blobs[i + kDocuments], record.trees[i]);
    return layers;
}

Json to_json(const Ref& ref) {
    Json images{Json::Array{}};
    for (const auto& entry : ref.images) {
        Json image;
        image.add("id", entry.id);
        image.add("labels", schema::to_json(entry.labels));
        images.push_back(std::move(image));
    }
    Json json;
    json.add("version", kVersion);
    json.add("name", ref.name);
    json.add("images", std::move(images));
    return json;
}

Result<Ref> ref_record(const Json& json) {
    TRY(check_version(json));
    Ref ref;
    ref.name = TRY(string_member(json, "name"));
    const Json* images = json.find("images");
    const auto* array = images == nullptr ? nullptr : images->as_array();
    if (array == nullptr) return corrupt("images", "an array");
    for (const Json& element : *array) {
        RefEntry entry;
        entry.id = TRY(string_member(element, "id"));
        entry.labels = TRY(labels_member(element));
        if (!is_id(entry.id)) return corrupt("images", "image ids");
        ref.images.push_back(std::move(entry));
    }
    return ref;
}

bool labels_match(const std::vector<schema::Label>& labels,
                  const std::vector<schema::Label>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const schema::Label& label) {
        return std::find(labels.begin(), labels.end(), label) != labels.end();
    });
}

}  // namespace podd::store
