// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/web.h"

#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "fetch/http_error.h"
#include "fetch/tries.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::quoted;

Web::Web(const Registries& registries, const Credentials& credentials, PlainHttp plain)
    : registries_{registries}, credentials_{credentials}, plain_{plain}, http_{registries} {}

Result<Url> Web::check(const std::string& url) const {
    auto parsed = TRY(parse_url(url));
    TRY(check_hop(registries_, parsed, "", plain_));
    return parsed;
}

Result<HttpRequest> Web::request(const std::string& url) const {
    HttpRequest request;
    const auto parsed = TRY(check(url));
    request.url = url;
    request.plain = plain_;
    const auto* credential = credentials_.find_host(parsed.host);
    if (credential == nullptr || parsed.scheme != "https") return request;
    if (credential->kind == Credential::Kind::kAws) {
        request.aws =
            AwsKey{credential->user, credential->secret,
                   credential->region.empty() ? aws_region(parsed.host) : credential->region};
        return request;
    }
    const bool is_usable = credential->kind == Credential::Kind::kBasic ||
                           credential->kind == Credential::Kind::kBearer;
    if (!is_usable)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("\"{}\" has {} for {}, wanted type \"basic\", \"oauth\" or "
                                 "\"aws\"",
                                 credential->origin, credential->reason, quoted(parsed.host))};
    if (credential->kind == Credential::Kind::kBearer)
        request.authorization = "Bearer " + credential->secret;
    else
        request.authorization =
            "Basic " + base::base64(fmt::format("{}:{}", credential->user, credential->secret));
    return request;
}

Result<HttpAnswer> Web::get(const std::string& url, std::size_t max_bytes, Tries tries) {
    auto asked = TRY(request(url));
    asked.max_bytes = max_bytes;
    if (tries == Tries::kOne) return http_.get(std::move(asked));
    return get_patiently(http_, [&] { return asked; });
}

Error Web::refusal(const HttpAnswer& answer) const {
    if (answer.status != 401 && answer.status != 403) return status_error(answer);
    const auto& host = answer.url.host;
    const auto* credential = credentials_.find_host(host);
    if (credential == nullptr)
        return {ErrorCode::kDenied,
                fmt::format("{} does not allow it, HTTP {}, and there are no credentials for it\n"
                            "hint: put those for {} into a file of kind \"auth\" in "
                            "/etc/podd/auth.d, see podd-registries(5)",
                            quoted(host), answer.status, host)};
    if (answer.url.scheme != "https")
        return {ErrorCode::kDenied,
                fmt::format("{} wants the credentials in \"{}\", which never go out without "
                            "encryption",
                            quoted(host), credential->origin)};
    return {ErrorCode::kDenied, fmt::format("{} refuses the credentials in \"{}\", HTTP {}",
                                            quoted(host), credential->origin, answer.status)};
}

}  // namespace podd::fetch
