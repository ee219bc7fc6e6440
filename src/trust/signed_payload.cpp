// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/signed_payload.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"
#include "schema/json_node.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using schema::found_wanted;
using schema::quoted;

namespace {

std::string_view type_of(SignatureFormat format) {
    switch (format) {
        case SignatureFormat::kOpenPgp: return "atomic container signature";
        case SignatureFormat::kCosign: return "cosign container image signature";
    }
    return {};
}

// An object with these members and no others, however they are spelt.
Result<> check_members(const Json& json, std::string_view place,
                       std::initializer_list<std::string_view> wanted) {
    const auto* object = json.as_object();
    if (object == nullptr)
        return found_wanted(fmt::format("{} at \"{}\"", json.type_name(), place), "an object");
    for (const auto& [name, value] : *object)
        if (std::ranges::find(wanted, name) == wanted.end())
            return found_wanted(fmt::format("{} in \"{}\"", quoted(name), place),
                                fmt::format("nothing but {}", fmt::join(wanted, ", ")));
    return {};
}

Result<const Json*> member(const Json& json, std::string_view place, std::string_view name) {
    const Json* found = json.find(name);
    if (found == nullptr) return found_wanted(fmt::format("no \"{}{}\"", place, name), "one");
    return found;
}

Result<std::string> text_member(const Json& json, std::string_view place, std::string_view name) {
    const Json* found = TRY(member(json, place, name));
    if (found->as_string() == nullptr)
        return found_wanted(fmt::format("{} at \"{}{}\"", found->type_name(), place, name),
                            "a string");
    return *found->as_string();
}

Result<> set_name(SignedPayload& payload, const std::string& reference) {
    const auto first = std::string_view{reference}.substr(0, reference.find('/'));
    // Without its registry it would be read as one of Docker Hub.
    if (first.size() == reference.size() ||
        (first != "localhost" && first.find_first_of(".:") == std::string_view::npos))
        return found_wanted(quoted(reference), "a name with its registry");
    const auto parsed =
        TRY(schema::parse_docker_reference(fmt::format("{}{}", schema::kDockerScheme, reference)));
    if (parsed.digest) return found_wanted(quoted(reference), "a name without a digest");
    payload.name = parsed.name();
    if (reference.find(':', first.size()) != std::string::npos) payload.tag = parsed.tag;
    return {};
}

Result<SignedPayload> payload_in(const Json& json, SignatureFormat format) {
    TRY(check_members(json, "/", {"critical", "optional"}));
    const Json* critical = TRY(member(json, "/", "critical"));
    TRY(check_members(*critical, "/critical", {"type", "image", "identity"}));
    const auto type = TRY(text_member(*critical, "/critical/", "type"));
    if (type != type_of(format))
        return found_wanted(fmt::format("{} at \"/critical/type\"", quoted(type)),
                            quoted(type_of(format)));
    const Json* image = TRY(member(*critical, "/critical/", "image"));
    TRY(check_members(*image, "/critical/image", {"docker-manifest-digest"}));
    const Json* identity = TRY(member(*critical, "/critical/", "identity"));
    TRY(check_members(*identity, "/critical/identity", {"docker-reference"}));
    auto digest = TRY_CONTEXT(schema::Digest::parse(TRY(text_member(*image, "/critical/image/",
                                                                    "docker-manifest-digest"))),
                              "/critical/image/docker-manifest-digest");
    SignedPayload payload{.digest = std::move(digest), .name = {}, .tag = {}};
    TRY_CONTEXT(
        set_name(payload, TRY(text_member(*identity, "/critical/identity/", "docker-reference"))),
        "/critical/identity/docker-reference");
    return payload;
}

}  // namespace

Result<SignedPayload> parse_signed_payload(std::string_view text, SignatureFormat format) {
    constexpr base::JsonLimits kLimits{
        .max_bytes = kMaxPayloadBytes, .max_depth = 16, .max_values = 1000};
    const auto json = TRY(Json::parse(text, kLimits));
    return payload_in(json, format);
}

Result<> check_signed_for(const SignedPayload& payload, const schema::DockerReference& wanted) {
    const auto other = [&](std::string_view signed_for, std::string_view asked) {
        return Error{ErrorCode::kUntrusted, fmt::format("it is for {}, and {} was asked for",
                                                        quoted(signed_for), quoted(asked))};
    };
    if (payload.name != wanted.name()) return other(payload.name, wanted.name());
    if (payload.tag.empty() || wanted.digest || payload.tag == wanted.tag) return {};
    return other(fmt::format("{}:{}", payload.name, payload.tag),
                 fmt::format("{}:{}", wanted.name(), wanted.tag));
}

}  // namespace podd::trust
