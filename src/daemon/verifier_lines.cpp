// SPDX-License-Identifier: LGPL-2.1-or-later
// What the verifier says.
#include <algorithm>
#include <utility>

#include "base/error_json.h"
#include "base/json.h"
#include "daemon/verifier_unit.h"
#include "trust/keys.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

Error unreadable() {
    return {ErrorCode::kInternal, "the verifier said something unknown"};
}

// The member of that name, or the error that was told instead.
Result<Json> answer(std::string_view line, const char* member) {
    const Json json = TRY_CONTEXT(Json::parse(line), "the verifier's answer");
    if (const Json* error = json.find("error")) return base::error_value(*error);
    const Json* found = json.find(member);
    if (found == nullptr) return unreadable();
    return *found;
}

Result<std::string> text_of(const Json& json, const char* member) {
    const Json* found = json.find(member);
    if (found == nullptr || found->as_string() == nullptr) return unreadable();
    return *found->as_string();
}

std::uint64_t number_of(const Json& json, const char* member) {
    const Json* found = json.find(member);
    return found == nullptr ? 0 : found->as_uint().value_or(0);
}

// What is not told is taken for the worse.
bool flag_of(const Json& json, const char* member) {
    const Json* found = json.find(member);
    return found == nullptr || found->as_bool() == nullptr || *found->as_bool();
}

// A fingerprint becomes a file name.
Result<std::string> fingerprint_of(const Json& json) {
    auto fingerprint = TRY(text_of(json, "fingerprint"));
    if (!trust::is_fingerprint(fingerprint)) return unreadable();
    return fingerprint;
}

Result<InspectedKey> inspected_key(const Json& json) {
    InspectedKey key;
    key.fingerprint = TRY(fingerprint_of(json));
    key.armored = TRY(text_of(json, "armored"));
    key.created = number_of(json, "created");
    key.expires = number_of(json, "expires");
    key.expired = flag_of(json, "expired");
    key.revoked = flag_of(json, "revoked");
    const Json* users = json.find("userIds");
    if (users == nullptr || users->as_array() == nullptr) return unreadable();
    for (const Json& user : *users->as_array())
        if (user.as_string() != nullptr) key.user_ids.push_back(*user.as_string());
    return key;
}

}  // namespace

Result<std::vector<InspectedKey>> inspected_keys(std::string_view line) {
    const Json json = TRY(answer(line, "keys"));
    if (json.as_array() == nullptr) return unreadable();
    std::vector<InspectedKey> keys;
    for (const Json& each : *json.as_array())
        keys.push_back(TRY(inspected_key(each)));
    if (keys.empty()) return unreadable();
    return keys;
}

Result<std::vector<InspectedFile>> inspected_files(std::string_view line) {
    const Json json = TRY(answer(line, "files"));
    if (json.as_array() == nullptr) return unreadable();
    std::vector<InspectedFile> files;
    for (const Json& each : *json.as_array()) {
        const Json* keys = each.find("keys");
        if (keys == nullptr || keys->as_array() == nullptr) return unreadable();
        InspectedFile file;
        file.file = TRY(text_of(each, "file"));
        for (const Json& key : *keys->as_array())
            file.keys.push_back(TRY(inspected_key(key)));
        files.push_back(std::move(file));
    }
    return files;
}

Result<std::vector<FoundKeys>> found_keys(const std::vector<FetchedKey>& fetched,
                                          std::vector<InspectedFile> inspected) {
    std::vector<FoundKeys> found;
    for (const auto& key : fetched) {
        const auto file = std::ranges::find(inspected, key.file, &InspectedFile::file);
        if (file == inspected.end()) return unreadable();
        found.push_back({key.url, std::move(file->keys)});
        inspected.erase(file);
    }
    if (found.empty()) return Error{ErrorCode::kNotFound, "no key was found"};
    return found;
}

Result<GoodSignature> good_signature(std::string_view line) {
    const Json json = TRY(answer(line, "good"));
    GoodSignature good;
    good.fingerprint = TRY(fingerprint_of(json));
    good.sha256 = TRY(text_of(json, "sha256"));
    return good;
}

Result<SignedDocument> signed_document(std::string_view line) {
    const Json json = TRY(answer(line, "signed"));
    auto fingerprint = TRY(fingerprint_of(json));
    auto digest = TRY(schema::Digest::parse(TRY(text_of(json, "digest"))));
    if (digest.algorithm() != "sha256") return unreadable();
    return SignedDocument{std::move(fingerprint), std::move(digest)};
}

}  // namespace podd::daemon
