// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/aci_lines.h"

#include <utility>

#include "base/error_json.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

// Longer ones are nobody's but of whoever wants to fill records.
constexpr std::size_t kMaxTextBytes = 4096;

Error odd(const char* message) {
    return {ErrorCode::kInternal, message};
}

std::string text_in(const Json& json, const char* member) {
    const Json* found = json.find(member);
    if (found == nullptr || found->as_string() == nullptr) return {};
    const auto& text = *found->as_string();
    return text.size() > kMaxTextBytes ? std::string{} : text;
}

bool flag_in(const Json& json, const char* member) {
    const Json* found = json.find(member);
    return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
}

}  // namespace

Result<FetchedAci> fetched_aci(const Json& fetched) {
    FetchedAci aci;
    aci.url = text_in(fetched, "url");
    aci.etag = text_in(fetched, "etag");
    aci.has_signature = !text_in(fetched, "signature").empty();
    aci.not_modified = flag_in(fetched, "not_modified");
    const Json* age = fetched.find("max_age");
    aci.max_age = age == nullptr ? 0 : age->as_uint().value_or(0);
    if (aci.url.empty()) return odd("the fetcher named no URL");
    return aci;
}

Result<ManifestSays> manifest_line(std::string_view line) {
    const Json json = TRY_CONTEXT(Json::parse(line), "the importer's answer");
    if (const Json* error = json.find("error")) return ManifestSays{base::error_value(*error)};
    const Json* aci = json.find("aci");
    if (aci == nullptr || aci->as_object() == nullptr)
        return odd("the importer said something unknown");
    Json whole;
    whole.add("acKind", "ImageManifest");
    whole.add("acVersion", "0.8.11");
    for (const char* member : {"name", "labels", "dependencies"})
        if (const Json* found = aci->find(member)) whole.add(member, *found);
    auto manifest = TRY_CONTEXT(schema::ImageManifest::from_json(whole), "the manifest");
    return ManifestSays{std::move(manifest)};
}

Result<std::vector<FetchedKey>> fetched_keys(std::string_view line) {
    const Json json = TRY_CONTEXT(Json::parse(line), "the fetcher's answer");
    if (const Json* error = json.find("error")) return base::error_value(*error);
    const Json* keys = json.find("keys");
    if (keys == nullptr || keys->as_array() == nullptr)
        return odd("the fetcher said something unknown");
    std::vector<FetchedKey> result;
    for (const Json& each : *keys->as_array()) {
        FetchedKey key{text_in(each, "url"), text_in(each, "file")};
        if (key.url.empty() || key.file.empty()) return odd("the fetcher named no key file");
        result.push_back(std::move(key));
    }
    return result;
}

}  // namespace podd::daemon
