// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include <curl/curl.h>

#include "fetch/http.h"
#include "fetch/http_error.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::quoted;

namespace {

constexpr int kMaxHops = 10;
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxChallenges = 8;
constexpr std::size_t kKeptOfErrors = std::size_t{16} * 1024;
constexpr long kConnectSeconds = 20;
constexpr long kDocumentSeconds = 120;
// Slower than this for so long is taken for a dead connection.
constexpr long kLowSpeedBytes = 1000;
constexpr long kLowSpeedSeconds = 30;
constexpr long kBufferBytes = 256L * 1024;

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

struct Field {
    std::string_view name;
    std::string HttpAnswer::* member;
};
constexpr std::array kFields{
    Field{"content-type", &HttpAnswer::content_type},
    Field{"docker-content-digest", &HttpAnswer::content_digest},
    Field{"content-range", &HttpAnswer::content_range},
    Field{"location", &HttpAnswer::location},
    Field{"retry-after", &HttpAnswer::retry_after},
    Field{"content-length", &HttpAnswer::content_length},
    Field{"etag", &HttpAnswer::etag},
    Field{"last-modified", &HttpAnswer::last_modified},
    Field{"date", &HttpAnswer::date},
    Field{"age", &HttpAnswer::age},
};

}  // namespace

void initialize_curl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    assert(code == CURLE_OK);
    (void)code;
}

struct HttpTransfer::Handle {
    CURL* easy = curl_easy_init();
    curl_slist* headers = nullptr;
    char error[CURL_ERROR_SIZE] = {};

    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        curl_easy_cleanup(easy);
        curl_slist_free_all(headers);
    }
    void add_header(const std::string& line) {
        headers = curl_slist_append(headers, line.c_str());
        assert(headers != nullptr);  // memory only
    }
};

HttpTransfer::HttpTransfer(HttpRequest request) : request_{std::move(request)} {
    initialize_curl();
    handle_ = std::make_unique<Handle>();
}

void* HttpTransfer::easy() const {
    return handle_->easy;
}

HttpTransfer::~HttpTransfer() {
    if (owner_ != nullptr) owner_->forget(*this);
}

Result<HttpAnswer> HttpTransfer::take_result() {
    assert(result_);
    return std::move(*result_);
}

// One hop: every option again, so that nothing of the hop before stays.
Result<> HttpTransfer::prepare(const Registries& registries, const Url& url) {
    auto* easy = handle_->easy;
    curl_easy_reset(easy);
    curl_slist_free_all(std::exchange(handle_->headers, nullptr));
    handle_->error[0] = '\0';
    answer_ = {};
    answer_.url = url;
    header_bytes_ = 0;
    body_cut_ = false;
    if (origin_.empty()) origin_ = url.origin();
    set_headers(url);
    set_trust(registries.of(url.host));
    set_limits();
    curl_easy_setopt(easy, CURLOPT_URL, url.text.c_str());
    if (!request_.form.empty()) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request_.form.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.form.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "podd/" PODD_VERSION);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, handle_->error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    return {};
}

void HttpTransfer::set_headers(const Url& url) {
    if (!request_.accept.empty()) handle_->add_header("Accept: " + request_.accept);
    // A redirect may lead to whoever the server likes.
    if (!request_.authorization.empty() && url.origin() == origin_)
        handle_->add_header("Authorization: " + request_.authorization);
    if (request_.aws && url.origin() == origin_) set_signature(*request_.aws);
    if (request_.from > 0) handle_->add_header(fmt::format("Range: bytes={}-", request_.from));
    for (const auto& [name, value] : {std::pair{"If-Range", &request_.if_range},
                                      std::pair{"If-None-Match", &request_.if_none_match}})
        if (!value->empty()) handle_->add_header(fmt::format("{}: {}", name, *value));
    curl_easy_setopt(handle_->easy, CURLOPT_HTTPHEADER, handle_->headers);
    curl_easy_setopt(handle_->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

// libcurl computes it of the request as it goes out.
void HttpTransfer::set_signature(const AwsKey& key) {
    auto* easy = handle_->easy;
    // S3 wants to be told of the body in a header as well; older libcurls do not. There is none.
    handle_->add_header("x-amz-content-sha256: UNSIGNED-PAYLOAD");
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, fmt::format("aws:amz:{}:s3", key.region).c_str());
    curl_easy_setopt(easy, CURLOPT_USERNAME, key.id.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, key.secret.c_str());
}

void HttpTransfer::set_trust(const RegistrySettings& settings) {
    auto* easy = handle_->easy;
    const bool may_be_plain = settings.insecure || request_.plain == PlainHttp::kAnywhere;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, may_be_plain ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);  // else the system's count as well
    }
    if (settings.proxy) {
        curl_easy_setopt(easy, CURLOPT_PROXY, settings.proxy->c_str());
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "");  // the section is about this host already
    }
}

void HttpTransfer::set_limits() {
    auto* easy = handle_->easy;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytes);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kLowSpeedSeconds);
    if (!request_.sink) curl_easy_setopt(easy, CURLOPT_TIMEOUT, kDocumentSeconds);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
}

std::size_t HttpTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<HttpTransfer*>(self);
    const std::size_t bytes = size * count;
    transfer.header_bytes_ += bytes;
    if (transfer.header_bytes_ > kMaxHeaderBytes) {
        transfer.stopped_ = Error{ErrorCode::kInvalidArgument,
                                  fmt::format("{} sends more than {} bytes of headers",
                                              quoted(transfer.answer_.url.host), kMaxHeaderBytes)};
        return 0;
    }
    transfer.take_header({data, bytes});
    return bytes;
}

void HttpTransfer::take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // of each answer, also of "100 Continue"
        HttpAnswer fresh;
        fresh.url = std::move(answer_.url);
        answer_ = std::move(fresh);
        long status = 0;
        curl_easy_getinfo(handle_->easy, CURLINFO_RESPONSE_CODE, &status);
        answer_.status = static_cast<int>(status);
        return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto name = lower(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "www-authenticate" && answer_.challenges.size() < kMaxChallenges)
        answer_.challenges.emplace_back(value);
    if (name == "cache-control")
        answer_.cache_control.append(answer_.cache_control.empty() ? "" : ",").append(value);
    for (const auto& field : kFields)
        if (field.name == name) answer_.*field.member = value;
}

std::size_t HttpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<HttpTransfer*>(self);
    const std::size_t bytes = size * count;
    auto taken = transfer.take_body({data, bytes});
    if (!taken) transfer.stopped_ = std::move(taken).error();
    return transfer.stopped_ || transfer.body_cut_ ? 0 : bytes;
}

Result<> HttpTransfer::take_body(std::string_view bytes) {
    const bool is_success = answer_.status == 200 || answer_.status == 206;
    if (is_success && request_.sink) return request_.sink(answer_, bytes);
    if (is_success && answer_.body.size() + bytes.size() > request_.max_bytes)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("found more than {} bytes at {}, wanted no more",
                                 request_.max_bytes, quoted(answer_.url.shown()))};
    if (!is_success && answer_.body.size() + bytes.size() > kKeptOfErrors) {
        body_cut_ = true;
        bytes = bytes.substr(0, kKeptOfErrors - answer_.body.size());
    }
    answer_.body += bytes;
    return {};
}

std::optional<Error> HttpTransfer::failure(int code) const {
    if (stopped_) return stopped_;
    if (code == CURLE_OK || body_cut_) return std::nullopt;
    const auto* known = curl_easy_strerror(static_cast<CURLcode>(code));
    return curl_error(code, handle_->error[0] != '\0' ? handle_->error : known, answer_.url);
}

// False when the answer is the last.
Result<bool> HttpTransfer::follow(const Registries& registries) {
    if (!is_redirect(answer_.status) || answer_.location.empty()) return false;
    if (!request_.form.empty())
        return Error{
            ErrorCode::kDenied,
            fmt::format("found a redirect of {}, which is not followed: it would give away "
                        "a token",
                        quoted(answer_.url.shown()))};
    if (++hops_ > kMaxHops)
        return Error{ErrorCode::kDenied, fmt::format("{} leads round in more than {} redirects",
                                                     quoted(origin_), kMaxHops)};
    const auto from = answer_.url;
    const auto to =
        TRY_CONTEXT(resolve_url(from, answer_.location), "a redirect of {}", quoted(from.host));
    TRY_CONTEXT(check_hop(registries, to, from.scheme, request_.plain), "a redirect of {}",
                quoted(from.host));
    TRY(prepare(registries, to));
    return true;
}

}  // namespace podd::fetch
