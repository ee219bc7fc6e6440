// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/http_error.h"

#include <fmt/format.h>

#include <curl/curl.h>

#include "base/json.h"
#include "base/number.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Json;
using schema::quoted;

namespace {

Error tls_error(std::string_view detail, const Url& url) {
    if (detail.find("wrong version number") != std::string_view::npos)
        return {ErrorCode::kUntrusted,
                fmt::format("{} does not speak TLS\nhint: if it is to be asked without, say "
                            "Insecure=yes in a section [Registry {}], see podd-registries(5)",
                            quoted(url.host), url.host)};
    return {ErrorCode::kUntrusted, fmt::format("no TLS with {}: {}", quoted(url.host), detail)};
}

}  // namespace

Error curl_error(int code, std::string_view detail, const Url& url) {
    const auto host = quoted(url.host);
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return {ErrorCode::kUnavailable, fmt::format("no address of {}: {}", host, detail)};
        case CURLE_COULDNT_CONNECT:
            return {ErrorCode::kUnavailable, fmt::format("{} does not answer: {}", host, detail)};
        case CURLE_OPERATION_TIMEDOUT:
            return {ErrorCode::kUnavailable, fmt::format("{} is too slow: {}", host, detail)};
        case CURLE_PARTIAL_FILE:
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return {ErrorCode::kUnavailable,
                    fmt::format("the connection to {} broke: {}", host, detail)};
        case CURLE_PEER_FAILED_VERIFICATION:
            return {ErrorCode::kUntrusted,
                    fmt::format("the certificate of {} is not to be trusted: {}\nhint: the file of "
                                "its authority belongs into CAFile= of a section [Registry {}], "
                                "see podd-registries(5)",
                                host, detail, url.host)};
        case CURLE_SSL_CACERT_BADFILE:
            return {ErrorCode::kInvalidArgument,
                    fmt::format("the certificates for {} cannot be read: {}", host, detail)};
        case CURLE_SSL_CONNECT_ERROR: return tls_error(detail, url);
        default: return {ErrorCode::kUnavailable, fmt::format("asking {}: {}", host, detail)};
    }
}

std::string registry_words(std::string_view body) {
    const auto json = Json::parse(body, {.max_bytes = 65536, .max_depth = 16});
    const Json* errors = json ? json->find("errors") : nullptr;
    if (errors == nullptr || errors->as_array() == nullptr || errors->as_array()->empty())
        return {};
    for (const auto* name : {"message", "code"}) {
        const Json* text = errors->as_array()->front().find(name);
        if (text != nullptr && text->as_string() != nullptr && !text->as_string()->empty())
            return quoted(*text->as_string());
    }
    return {};
}

unsigned retry_after(const HttpAnswer& answer) {
    return base::parse_number<unsigned>(answer.retry_after).value_or(0);
}

Error status_error(const HttpAnswer& answer) {
    const auto words = registry_words(answer.body);
    const auto says = words.empty() ? words : fmt::format(", it says {}", words);
    const auto server = quoted(answer.url.host);
    if (answer.status == 401)
        return {ErrorCode::kDenied, fmt::format("{} wants to know who asks{}", server, says)};
    if (answer.status == 403)
        return {ErrorCode::kDenied, fmt::format("{} does not allow it{}", server, says)};
    if (answer.status == 404)
        return {ErrorCode::kNotFound, fmt::format("{} has no such thing{}", server, says)};
    if (answer.status == 429) {
        const auto seconds = retry_after(answer);
        const auto when = seconds == 0 ? std::string{"later"} : fmt::format("in {} s", seconds);
        return {ErrorCode::kUnavailable,
                fmt::format("{} was asked too often{}\nhint: try again {}, or with credentials, "
                            "which many registries allow more",
                            server, says, when)};
    }
    if (answer.status >= 500)
        return {ErrorCode::kUnavailable,
                fmt::format("{} has an error of its own, HTTP {}{}", server, answer.status, says)};
    return {ErrorCode::kUnsupported,
            fmt::format("{} answers HTTP {}{}", server, answer.status, says)};
}

}  // namespace podd::fetch
