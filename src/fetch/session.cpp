// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/json.h"
#include "fetch/http_error.h"
#include "fetch/tries.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using schema::quoted;

namespace {

constexpr std::size_t kMaxTokenAnswer = std::size_t{1} << 20;
constexpr std::size_t kMaxToken = std::size_t{32} * 1024;  // a header line of it must be possible

// Docker Hub's name is not its address.
std::string address_of(const std::string& registry) {
    return registry == schema::kDockerHub ? "registry-1.docker.io" : registry;
}

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= kMaxToken &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<std::string> token_in(std::string_view body) {
    const auto json = TRY(Json::parse(body, {.max_bytes = kMaxTokenAnswer, .max_depth = 16}));
    const schema::JsonNode node{json};
    TRY(node.object());
    for (const auto* name : {"token", "access_token"}) {
        const auto* text = json.find(name);
        if (text == nullptr || text->as_string() == nullptr || text->as_string()->empty()) continue;
        if (is_token(*text->as_string())) return *text->as_string();
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("/{}: found what is no token, wanted visible characters, at most "
                                 "{}",
                                 name, kMaxToken)};
    }
    return schema::found_wanted("neither \"token\" nor \"access_token\"", "one of them");
}

// Source: distribution's "Token Authentication Specification", and its "OAuth2 Token
// Authentication" for an identity token.
HttpRequest token_request(const std::string& realm, const std::string& query,
                          const Credential* credential) {
    HttpRequest request;
    request.max_bytes = kMaxTokenAnswer;
    if (credential != nullptr && credential->kind == Credential::Kind::kIdentity) {
        request.url = realm;
        request.form = fmt::format("grant_type=refresh_token&client_id=podd&{}&refresh_token={}",
                                   query, escape_url(credential->secret));
        return request;
    }
    request.url =
        fmt::format("{}{}{}", realm, realm.find('?') == std::string::npos ? '?' : '&', query);
    if (credential != nullptr)
        request.authorization =
            "Basic " + base::base64(fmt::format("{}:{}", credential->user, credential->secret));
    return request;
}

}  // namespace

Session::Session(Http& http, const Registries& registries, const Credentials& credentials,
                 Endpoint endpoint)
    : http_{http}, credentials_{credentials}, endpoint_{std::move(endpoint)} {
    const auto address = address_of(endpoint_.registry);
    base_ = fmt::format("{}://{}/v2/{}/", registries.of(address).insecure ? "http" : "https",
                        address, endpoint_.repository);
}

HttpRequest Session::request(std::string_view path) const {
    HttpRequest request;
    request.url = fmt::format("{}{}", base_, path);
    request.authorization = authorization_;
    return request;
}

Result<HttpAnswer> Session::get(std::string_view path, std::string_view accept,
                                std::size_t max_bytes) {
    for (bool authenticated = false;; authenticated = true) {
        auto answer = TRY(get_patiently(http_, [&] {
            auto asked = request(path);
            asked.accept = accept;
            asked.max_bytes = max_bytes;
            return asked;
        }));
        if (answer.status == 200) return answer;
        if (answer.status != 401) return status_error(answer);
        if (authenticated) return denied(answer);
        TRY(authenticate(answer, authorization_));
    }
}

// What the administrator gave for this repository; nullptr where there is nothing.
Result<const Credential*> Session::usable_credential() const {
    const auto* credential = credentials_.find(endpoint_.registry, endpoint_.repository);
    if (credential == nullptr) return credential;
    if (credential->kind == Credential::Kind::kUnusable ||
        credential->kind == Credential::Kind::kAws)
        return Error{
            ErrorCode::kUnsupported,
            fmt::format("\"{}\" has {} for {}, wanted a user and a password", credential->origin,
                        credential->reason, quoted(endpoint_.registry))};
    if (base_.starts_with("http://"))
        return Error{
            ErrorCode::kDenied,
            fmt::format("{} wants the credentials in \"{}\", which never go out without "
                        "encryption\nhint: take Insecure=yes out of section [Registry {}]",
                        quoted(endpoint_.registry), credential->origin, endpoint_.registry)};
    return credential;
}

Error Session::denied(const HttpAnswer& answer) const {
    const auto* credential = credentials_.find(endpoint_.registry, endpoint_.repository);
    const auto words = registry_words(answer.body);
    const auto says = words.empty() ? words : fmt::format(", it says {}", words);
    const auto name = quoted(endpoint_.registry + "/" + endpoint_.repository);
    if (credential != nullptr)
        return {ErrorCode::kDenied,
                fmt::format("{} refuses the credentials in \"{}\" for {}{}",
                            quoted(endpoint_.registry), credential->origin, name, says)};
    return {ErrorCode::kDenied,
            fmt::format("{} does not exist, or credentials are wanted and there are none{}\nhint: "
                        "put user and password for {} into a file in /etc/podd/auth.d, see "
                        "podd-registries(5)",
                        name, says, endpoint_.registry)};
}

Result<> Session::use_basic() {
    const auto* credential = TRY(usable_credential());
    if (credential->kind == Credential::Kind::kIdentity)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("\"{}\" has an identity token for {}, which asks for a user and a "
                                 "password",
                                 credential->origin, quoted(endpoint_.registry))};
    if (credential->kind == Credential::Kind::kBearer)
        authorization_ = "Bearer " + credential->secret;
    else
        authorization_ =
            "Basic " + base::base64(fmt::format("{}:{}", credential->user, credential->secret));
    return {};
}

Result<HttpAnswer> Session::ask_for_token(const Challenge& challenge) {
    const auto realm = TRY(parse_url(challenge.parameter("realm")));
    const bool is_secret = base_.starts_with("https://");
    if (is_secret && realm.scheme != "https")
        return schema::found_wanted(quoted(realm.shown()), "an address that begins with https://");
    auto scope = std::string{challenge.parameter("scope")};
    if (scope.empty()) scope = fmt::format("repository:{}:pull", endpoint_.repository);
    auto query = "scope=" + escape_url(scope);
    if (const auto service = challenge.parameter("service"); !service.empty())
        query += "&service=" + escape_url(service);
    const auto request = token_request(realm.text, query, TRY(usable_credential()));
    auto answer = TRY(get_patiently(http_, [&] { return HttpRequest{request}; }));
    if (answer.status == 200) return answer;
    return answer.status == 401 ? denied(answer) : status_error(answer);
}

Result<> Session::use_token(const Challenge& challenge) {
    const auto* credential = credentials_.find(endpoint_.registry, endpoint_.repository);
    if (credential != nullptr && credential->kind == Credential::Kind::kBearer) return use_basic();
    const auto answer = TRY(ask_for_token(challenge));
    authorization_ = "Bearer " + TRY_CONTEXT(token_in(answer.body), "the token from {}",
                                             quoted(answer.url.host));
    return {};
}

Result<> Session::authenticate(const HttpAnswer& answer, std::string_view used) {
    // Another request has got a new token meanwhile.
    if (used != authorization_) return {};
    std::optional<Challenge> basic;
    for (const auto& line : answer.challenges) {
        const auto challenges =
            TRY_CONTEXT(parse_challenges(line), "WWW-Authenticate of {}", quoted(answer.url.host));
        for (const auto& challenge : challenges) {
            if (challenge.scheme == "bearer") {
                TRY_CONTEXT(use_token(challenge), "asking for a token for {}",
                            quoted(endpoint_.repository));
                return {};
            }
            if (challenge.scheme == "basic") basic = challenge;
        }
    }
    if (!basic)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("{} asks for another kind of credentials than a token or a "
                                 "password",
                                 quoted(answer.url.host))};
    const bool is_used_up = !used.empty();
    if (is_used_up || TRY(usable_credential()) == nullptr) return denied(answer);
    return use_basic();
}

}  // namespace podd::fetch
