// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/signature.h"

#include <optional>

#include "base/base64.h"
#include "base/hmac.h"

namespace podd::metadata {

namespace {

std::optional<Answer> problem(const Form& form) {
    if (form.is_too_large()) return refusal(kTooLarge, "\"content\" is larger than 1 MiB");
    if (form.is_ambiguous()) return refusal(kBadRequest, "a field is there twice, or too long");
    if (form.content_bytes() == 0) return refusal(kBadRequest, "\"content\" is missing or empty");
    return std::nullopt;
}

// Of one length each, so that nothing can be moved from the one to the other.
std::string code_of(std::string_view key, const schema::Uuid& uuid, const std::string& digest) {
    const auto& bytes = uuid.bytes();
    std::string message{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return base::hmac_sha512(key, message + digest);
}

}  // namespace

Answer sign(std::string_view key, const ServedPod& pod, Form& form) {
    if (auto refused = problem(form)) return *refused;
    return {.text = base::base64(code_of(key, pod.uuid, form.content_digest()))};
}

Answer verify(std::string_view key, Form& form) {
    if (auto refused = problem(form)) return *refused;
    const auto uuid = schema::Uuid::parse(form.uuid());
    if (!uuid) return refusal(kBadRequest, "\"uuid\" is missing or none");
    const auto signature = base::from_base64(form.signature());
    if (!signature || signature->empty())
        return refusal(kBadRequest, "\"signature\" is missing or no base64");
    if (!base::equal_secrets(*signature, code_of(key, *uuid, form.content_digest())))
        return refusal(kForbidden, "the signature is not of this pod and content");
    return {};
}

}  // namespace podd::metadata
