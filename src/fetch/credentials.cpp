// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/credentials.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/json.h"
#include "fetch/aws.h"
#include "schema/docker_reference.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using schema::JsonNode;
using schema::quoted;

namespace {

constexpr base::JsonLimits kLimits{.max_bytes = std::size_t{1} << 20, .max_depth = 16};
constexpr std::size_t kMaxSecret = 65536;  // tokens of clouds have several KiB

// Goes into a header line.
bool is_header_text(std::string_view text) {
    return text.size() <= kMaxSecret && std::all_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
           });
}

Result<std::string> secret_text(const JsonNode& node) {
    auto text = TRY(node.text());
    if (!is_header_text(text))  // the usual words would show it
        return node.here(Error{ErrorCode::kInvalidArgument,
                               "found a control character or more than 64 KiB, wanted neither"});
    return text;
}

Result<Credential> basic(const JsonNode& node, std::string_view user, std::string_view password) {
    Credential credential;
    credential.user = TRY(schema::read_member(node, user, secret_text));
    credential.secret = TRY(schema::read_member(node, password, secret_text));
    return credential;
}

// "user:password" in base64. Source: containers-auth.json(5).
Result<Credential> decoded(const JsonNode& node) {
    const auto text = TRY(secret_text(node));
    const auto plain = base::from_base64(text);
    const auto colon = plain ? plain->find(':') : std::string::npos;
    if (!plain || colon == std::string::npos || !is_header_text(*plain))
        return node.here(Error{ErrorCode::kInvalidArgument,
                               "found no such thing, wanted USER:PASSWORD in base64"});
    return Credential{.user = plain->substr(0, colon), .secret = plain->substr(colon + 1)};
}

Credential unusable(std::string reason) {
    return {.kind = Credential::Kind::kUnusable, .reason = std::move(reason)};
}

Result<Credential> read_entry(const JsonNode& node) {
    const JsonNode auth = TRY(node.member("auth"));
    const JsonNode token = TRY(node.member("registrytoken"));
    const JsonNode identity = TRY(node.member("identitytoken"));
    if (!token.absent()) {
        auto text = TRY(secret_text(token));
        return Credential{.kind = Credential::Kind::kBearer, .secret = std::move(text)};
    }
    if (!identity.absent()) {
        auto text = TRY(secret_text(identity));
        return Credential{.kind = Credential::Kind::kIdentity, .secret = std::move(text)};
    }
    if (!auth.absent()) return decoded(auth);
    const JsonNode user = TRY(node.member("username"));
    if (!user.absent()) return basic(node, "username", "password");
    return unusable("an entry without a password (a credential helper may hold it)");
}

// "https://index.docker.io/v1/" is docker.io: older clients wrote the address of the service.
std::string normal_key(std::string_view key) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
    while (key.ends_with('/'))
        key.remove_suffix(1);
    for (const std::string_view version : {"/v1", "/v2"})
        if (key.ends_with(version)) key.remove_suffix(version.size());
    const auto slash = std::min(key.find('/'), key.size());
    return schema::canonical_registry(key.substr(0, slash)) + std::string{key.substr(slash)};
}

Result<std::string> region_text(const JsonNode& node) {
    auto region = TRY(node.text());
    if (is_aws_region(region)) return region;
    return node.refuse("a region, such as \"eu-west-1\"");
}

Result<Credential> aws(const JsonNode& node) {
    auto credential = TRY(basic(node, "accessKeyID", "secretAccessKey"));
    credential.kind = Credential::Kind::kAws;
    // What has a use for names and passwords only says so.
    credential.reason = "credentials of type \"aws\"";
    const JsonNode region = TRY(node.member("awsRegion"));
    if (!region.absent()) credential.region = TRY(region_text(region));
    return credential;
}

Result<Credential> read_rkt_credential(const JsonNode& node, std::string_view type) {
    const JsonNode inner = TRY(node.member("credentials"));
    TRY(inner.object());
    if (type == "basic") return basic(inner, "user", "password");
    if (type == "oauth") {
        auto token = TRY(schema::read_member(inner, "token", secret_text));
        return Credential{.kind = Credential::Kind::kBearer, .secret = std::move(token)};
    }
    if (type == "aws") return aws(inner);
    return unusable(fmt::format("credentials of type {}", quoted(type)));
}

}  // namespace

Result<> Credentials::add(Map& map, const std::string& key, const Credential& credential) {
    const auto [at, added] = map.try_emplace(key, credential);
    if (added) return {};
    return Error{ErrorCode::kConflict,
                 fmt::format("found credentials for {} a second time, the first are in {}; wanted "
                             "each registry once in a directory",
                             quoted(at->first), quoted(at->second.origin))};
}

Result<> Credentials::add_auth_json(std::string_view text, std::string_view origin) {
    const auto read = [&]() -> Result<> {
        const auto json = TRY(Json::parse(text, kLimits));
        const JsonNode node{json};
        TRY(node.object());
        const JsonNode auths = TRY(node.member("auths"));
        if (auths.absent()) return {};
        const auto* entries = TRY(auths.object());
        for (const auto& member : *entries) {
            auto credential = TRY(read_entry(auths.child(member)));
            credential.origin = origin;
            TRY(add(registries_, normal_key(member.first), credential));
        }
        return {};
    };
    TRY_CONTEXT(read(), "\"{}\"", origin);
    return {};
}

Result<> Credentials::add_rkt(std::string_view text, std::string_view origin) {
    const auto read = [&]() -> Result<> {
        const auto json = TRY(Json::parse(text, kLimits));
        const JsonNode node{json};
        TRY(node.object());
        const JsonNode kind = TRY(node.member("rktKind"));
        const JsonNode version = TRY(node.member("rktVersion"));
        if (TRY(version.text()) != "v1") return version.refuse("\"v1\"");
        const auto name = TRY(kind.text());
        if (name != "dockerAuth" && name != "auth")
            return kind.refuse("\"dockerAuth\" or \"auth\"");
        const bool is_docker = name == "dockerAuth";
        const JsonNode list = TRY(node.member(is_docker ? "registries" : "domains"));
        const auto keys =
            TRY(schema::read_elements(list, [](const JsonNode& one) { return one.text(); }));
        if (keys.empty()) return list.refuse("a list of at least one");
        const JsonNode type = TRY(node.member("type"));
        auto credential =
            TRY(read_rkt_credential(node, is_docker ? std::string{"basic"} : TRY(type.text())));
        credential.origin = origin;
        for (const auto& key : keys)
            TRY(add(is_docker ? registries_ : hosts_, normal_key(key), credential));
        return {};
    };
    TRY_CONTEXT(read(), "\"{}\"", origin);
    return {};
}

void Credentials::merge(const Credentials& other) {
    registries_.insert(other.registries_.begin(), other.registries_.end());
    hosts_.insert(other.hosts_.begin(), other.hosts_.end());
}

const Credential* Credentials::find_host(std::string_view host) const {
    const auto at = hosts_.find(schema::canonical_registry(host));
    return at == hosts_.end() ? nullptr : &at->second;
}

const Credential* Credentials::find(std::string_view registry, std::string_view repository) const {
    std::string key = schema::canonical_registry(registry);
    const auto host_size = key.size();
    for (key.append("/").append(repository);; key.resize(std::max(key.rfind('/'), host_size))) {
        if (const auto at = registries_.find(key); at != registries_.end()) return &at->second;
        if (key.size() == host_size) break;
    }
    return find_host(registry);
}

}  // namespace podd::fetch
