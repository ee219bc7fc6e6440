// SPDX-License-Identifier: LGPL-2.1-or-later
// HTTP by libcurl: several requests side by side on one thread, every hop of a redirect checked.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "fetch/aws.h"
#include "fetch/registries.h"
#include "fetch/url.h"

namespace podd::fetch {

struct HttpAnswer {
    int status = 0;
    Url url{};  // of the last hop
    std::string content_type{};
    std::string content_digest{};  // Docker-Content-Digest
    std::string content_range{};   // of 206
    std::string location{};
    std::string retry_after{};
    std::string content_length{};
    std::string etag{};
    std::string last_modified{};
    std::string date{};
    std::string age{};
    std::string cache_control{};            // of several lines, with commas between
    std::vector<std::string> challenges{};  // lines of WWW-Authenticate
    std::string body{};  // whole of a success without a sink; of others the first 16 KiB
};

/// Where HTTP without TLS may go.
enum class PlainHttp : unsigned char {
    kWhereInsecure,  // to hosts with Insecure=yes, and never after https
    kAnywhere,       // the caller's user said so
};

struct HttpRequest {
    std::string url{};
    std::string accept{};
    std::string authorization{};  // goes to the origin of `url` and nowhere else
    std::optional<AwsKey> aws{};  // signs it, likewise
    std::uint64_t from = 0;       // asks for the rest from here
    std::string if_range{};       // ... if the file still is this one: an entity tag or a date
    std::string if_none_match{};  // entity tags that are known
    PlainHttp plain = PlainHttp::kWhereInsecure;
    std::size_t max_bytes = 0;  // of a body without a sink
    std::string form{};         // is posted; redirects are refused then
    /// Gets the body of 200 and 206 as it comes. An error ends the request.
    std::function<base::Result<>(const HttpAnswer&, std::string_view)> sink{};
};

class Http;

/// One request and its redirects. Destroying it ends it.
class HttpTransfer : private base::Pinned {
public:
    explicit HttpTransfer(HttpRequest request);
    ~HttpTransfer();

    /// After Http::wait() has given it. Errors: kUnavailable (it may go better another time),
    /// kUntrusted (TLS), kDenied (a redirect that is not followed), kInvalidArgument, the sink's.
    base::Result<HttpAnswer> take_result();

private:
    friend class Http;
    struct Handle;

    void* easy() const;  // libcurl's handle

    base::Result<> prepare(const Registries& registries, const Url& url);
    void set_headers(const Url& url);
    void set_signature(const AwsKey& key);
    void set_trust(const RegistrySettings& settings);
    void set_limits();
    base::Result<bool> follow(const Registries& registries);
    std::optional<base::Error> failure(int code) const;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    base::Result<> take_body(std::string_view bytes);
    void take_header(std::string_view line);

    HttpRequest request_;
    std::unique_ptr<Handle> handle_;
    Http* owner_ = nullptr;
    std::string origin_;  // of the first hop
    HttpAnswer answer_;
    std::size_t header_bytes_ = 0;
    bool body_cut_ = false;
    int hops_ = 0;
    std::optional<base::Error> stopped_;  // why a callback ended it
    std::optional<base::Result<HttpAnswer>> result_;
};

class Http : private base::Pinned {
public:
    /// `registries` must outlive it.
    explicit Http(const Registries& registries);
    ~Http();

    /// The transfer must outlive its end or be destroyed before this.
    void start(HttpTransfer& transfer);
    /// One that has ended, or nullptr when none has within the time.
    HttpTransfer* wait(int timeout_msec);
    /// One request from its start to its end. Others go on meanwhile.
    base::Result<HttpAnswer> get(HttpRequest request);

private:
    friend class HttpTransfer;
    void forget(HttpTransfer& transfer);
    void move_on(int timeout_msec);
    void end(HttpTransfer& transfer, int code);

    const Registries& registries_;
    void* multi_;
    std::deque<HttpTransfer*> ended_;
};

/// Once, before anything else of libcurl.
void initialize_curl();

/// Whether this URL may be asked after `from` (empty: nothing was asked yet): https, or http as
/// `plain` says. Errors: kDenied.
base::Result<> check_hop(const Registries& registries, const Url& url, std::string_view from,
                         PlainHttp plain);

}  // namespace podd::fetch
