// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/request.h"

#include <optional>
#include <utility>

#include "base/hmac.h"

namespace podd::metadata {

namespace {

constexpr std::string_view kBase = "acMetadata/v1/";
constexpr const char* kJson = "application/json";
constexpr const char* kText = "text/plain; charset=us-ascii";

struct Document {
    const char* type;
    const std::string* text;
};

bool skip(std::string_view& text, std::string_view start) {
    if (!text.starts_with(start)) return false;
    text.remove_prefix(start.size());
    return true;
}

// The part before the next slash, which goes as well.
std::string_view take_part(std::string_view& path) {
    const auto end = path.find('/');
    const auto part = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    return part;
}

// One alone: rkt's addition. Names of annotations have slashes in them.
std::optional<Document> annotation_document(std::string_view rest, const Annotations& all) {
    if (!skip(rest, "annotations")) return std::nullopt;
    if (rest.empty()) return Document{kJson, &all.json};
    if (!skip(rest, "/")) return std::nullopt;
    const auto found = all.values.find(rest);
    if (found == all.values.end()) return std::nullopt;
    return Document{kText, &found->second};
}

std::optional<Document> pod_document(std::string_view rest, const ServedPod& pod) {
    if (rest == "uuid") return Document{kText, &pod.uuid_text};
    if (rest == "manifest") return Document{kJson, &pod.manifest};
    return annotation_document(rest, pod.annotations);
}

std::optional<Document> app_document(std::string_view rest, const ServedPod& pod) {
    const auto app = pod.apps.find(take_part(rest));
    if (app == pod.apps.end()) return std::nullopt;
    if (rest == "image/id") return Document{kText, &app->second.image_id};
    if (rest == "image/manifest") return Document{kJson, &app->second.image_manifest};
    return annotation_document(rest, app->second.annotations);
}

std::optional<FormUse> form_use(std::string_view rest) {
    if (rest == "pod/hmac/sign") return FormUse::kSign;
    if (rest == "pod/hmac/verify") return FormUse::kVerify;
    return std::nullopt;
}

Answer not_allowed(const char* methods) {
    auto answer = refusal(kNotAllowed, "that is not done with this method");
    answer.allow = methods;
    return answer;
}

}  // namespace

Method method_of(std::string_view word) {
    if (word == "GET") return Method::kGet;
    if (word == "HEAD") return Method::kHead;
    return word == "POST" ? Method::kPost : Method::kOther;
}

Answer refusal(unsigned status, std::string_view why) {
    return {.status = status, .text = std::string{why} + "\n"};
}

std::variant<Answer, FormUse> route(Method method, std::string_view path, const ServedPod& pod) {
    if (!skip(path, "/") || !base::equal_secrets(take_part(path), pod.token))
        return refusal(kUnauthorized, "this is not the token of this pod");
    if (!skip(path, kBase)) return refusal(kNotFound, "there is nothing but acMetadata/v1");
    if (const auto use = form_use(path)) {
        if (method != Method::kPost) return not_allowed("POST");
        return *use;
    }
    std::optional<Document> document;
    if (skip(path, "pod/"))
        document = pod_document(path, pod);
    else if (skip(path, "apps/"))
        document = app_document(path, pod);
    if (!document) return refusal(kNotFound, "there is no such document, app or annotation");
    if (method != Method::kGet && method != Method::kHead) return not_allowed("GET, HEAD");
    return Answer{.type = document->type, .document = document->text};
}

}  // namespace podd::metadata
