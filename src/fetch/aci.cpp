// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/aci.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

#include "base/file.h"
#include "fetch/discovery.h"
#include "fetch/discovery_text.h"
#include "fetch/download.h"
#include "fetch/http_error.h"
#include "fetch/tries.h"
#include "schema/fetch_reference.h"
#include "schema/image_reference.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::found_wanted;
using schema::quoted;

namespace {

constexpr std::string_view kAppcScheme = "appc:";
constexpr std::size_t kMaxSignature = std::size_t{64} * 1024;
constexpr int kFirstWaitMsec = 1000;
constexpr int kMostWaitMsec = 30'000;
constexpr int kAllWaitMsec = 120'000;

bool is_web(std::string_view text) {
    return text.starts_with("https://") || text.starts_with("http://");
}

// With %2E and %2F for what they stand for, as most servers read them.
bool leads_up(std::string_view url) {
    std::string plain;
    for (std::size_t at = 0; at < url.size(); ++at) {
        const auto escape = url.substr(at, 3);
        const bool is_dot = escape == "%2e" || escape == "%2E";
        const bool is_slash = escape == "%2f" || escape == "%2F" || escape == "%5c" ||
                              escape == "%5C" || url[at] == '\\';
        plain += is_dot ? '.' : is_slash ? '/' : url[at];
        if (url[at] == '%' && (is_dot || is_slash)) at += 2;
    }
    plain += '/';
    return plain.find("/../") != std::string::npos || plain.find("/./") != std::string::npos;
}

std::string shown(std::string_view url) {
    return quoted(schema::shown(url));
}

enum class Signature : unsigned char { kNone, kThere, kLater };

class Fetch {
public:
    Fetch(const AciRequest& request, Web& web, const Progress& progress)
        : request_{request}, web_{web}, progress_{progress} {}

    Result<FetchedAci> run();

private:
    Result<std::vector<ImageUrls>> places();
    Result<FetchedAci> fetch(const ImageUrls& urls);
    Result<Signature> ask_for_signature(const std::string& url);
    Result<> wait_for_signature(const std::string& url);
    Error no_signature() const;

    const AciRequest& request_;
    Web& web_;
    const Progress& progress_;
    int wait_msec_ = 0;  // that the server asks for before the signature is there
};

Result<std::vector<ImageUrls>> Fetch::places() {
    std::vector<ImageUrls> urls;
    if (request_.source.reference) {
        auto reference = *request_.source.reference;
        reference.labels = with_host_labels(std::move(reference.labels), request_.machine);
        urls = TRY(discover_images(web_, reference));
    } else {
        urls.push_back({request_.source.url, signature_url_of(request_.source.url)});
    }
    for (auto& one : urls)
        if (!request_.signature_url.empty()) one.signature = request_.signature_url;
    return urls;
}

Result<Signature> Fetch::ask_for_signature(const std::string& url) {
    const auto answer = TRY(web_.get(url, kMaxSignature, Tries::kSeveral));
    if (answer.status == 202) {
        wait_msec_ = static_cast<int>(std::min(retry_after(answer), 3600U)) * 1000;
        return Signature::kLater;
    }
    const bool is_missing = answer.status == 404 || answer.status == 410;
    if (is_missing && request_.signature_url.empty()) return Signature::kNone;
    if (answer.status != 200) return web_.refusal(answer);
    TRY(base::write_file(request_.directory_fd, kSignatureFile, answer.body, 0644));
    return Signature::kThere;
}

Error Fetch::no_signature() const {
    const auto& reference = request_.source.reference;
    return {ErrorCode::kUntrusted,
            fmt::format("image \"{}\" has no signature, and no rule accepts it without one\n"
                        "hint: an administrator may do so by Accept=unsigned in a section "
                        "[Prefix {}], see podd.policy(5), or download the file and run: "
                        "podctl import FILE",
                        reference ? schema::str(*reference) : schema::shown(request_.source.url),
                        reference && reference->name ? reference->name->str() : "NAME")};
}

// Longer each time, at least as long as the server wants, and not for ever.
Result<> Fetch::wait_for_signature(const std::string& url) {
    int waited = 0;
    for (int next = kFirstWaitMsec;; next = std::min(next * 2, kMostWaitMsec)) {
        const int msec = std::max(next, wait_msec_);
        if (waited + msec > kAllWaitMsec)
            return Error{ErrorCode::kUnavailable,
                         fmt::format("{} is not there yet, HTTP 202, also after {} s\nhint: try "
                                     "again in a few minutes",
                                     shown(url), waited / 1000)};
        wait_msec(msec);
        waited += msec;
        const auto now = TRY(ask_for_signature(url));
        if (now == Signature::kThere) return {};
        if (now == Signature::kNone)
            return Error{ErrorCode::kNotFound,
                         fmt::format("{} was to come, HTTP 202, and does not", shown(url))};
    }
}

Result<FetchedAci> Fetch::fetch(const ImageUrls& urls) {
    auto signature = Signature::kNone;
    const bool is_wanted = request_.want_signature == WantSignature::kYes;
    if (is_wanted) signature = TRY_CONTEXT(ask_for_signature(urls.signature), "signature");
    // One that is not there is not unsigned, and one that has not changed was accepted before: the
    // server is asked for it in any case.
    std::optional<Error> refusal;
    if (is_wanted && signature == Signature::kNone) refusal = no_signature();
    const auto answer = TRY(download(web_,
                                     {.url = urls.image,
                                      .directory_fd = request_.directory_fd,
                                      .name = kAciFile,
                                      .if_none_match = request_.if_none_match,
                                      .max_bytes = request_.max_bytes,
                                      .refusal = std::move(refusal)},
                                     progress_));
    const bool is_late = signature == Signature::kLater && !answer.is_not_modified;
    if (is_late) TRY_CONTEXT(wait_for_signature(urls.signature), "signature");
    return FetchedAci{.url = schema::kept_url(urls.image),
                      .etag = answer.etag,
                      .max_age = answer.max_age,
                      .is_not_modified = answer.is_not_modified,
                      .has_signature = is_late || signature == Signature::kThere};
}

Result<FetchedAci> Fetch::run() {
    // One of another image, of a fetch before this one.
    if (::unlinkat(request_.directory_fd, kSignatureFile, 0) < 0 && errno != ENOENT)
        return base::errno_error("removing an old signature", errno);
    const auto urls = TRY(places());
    std::string before;
    for (const auto& one : urls) {
        auto fetched = fetch(one);
        if (fetched) return fetched;
        auto error = std::move(fetched).error().with_context(shown(one.image));
        const bool is_last = &one == &urls.back() || error.code() == ErrorCode::kIo;
        if (is_last) return Error{error.code(), before + error.message(), error.sys_errno()};
        before += error.message().substr(0, error.message().find("\nhint: ")) + "; ";
    }
    return found_wanted("no URL", "one");
}

}  // namespace

bool is_aci_source(std::string_view text) {
    return is_web(text) || text.starts_with(kAppcScheme);
}

Result<AciSource> parse_aci_source(std::string_view text) {
    AciSource source;
    if (text.starts_with(kAppcScheme)) {
        auto reference = TRY(schema::parse_image_reference(text.substr(kAppcScheme.size())));
        if (!reference.name)
            return found_wanted(quoted(text), "a name, as in appc:example.com/app:1.0");
        source.reference = std::move(reference);
        return source;
    }
    const auto url = TRY(parse_url(text));
    // A rule was looked up for what was written; "https://a/good/../bad.aci" is something else.
    if (url.text != text)
        return found_wanted(shown(text), fmt::format("it as {}", shown(url.text)));
    if (leads_up(url.shown()))
        return found_wanted(quoted(url.shown()),
                            "a URL without \"..\", also without an escaped one");
    if (!url.shown().ends_with(".aci"))
        return found_wanted(quoted(url.shown()), "a URL whose path ends in .aci");
    source.url = url.text;
    return source;
}

std::string signature_url_of(const std::string& image_url) {
    const auto end = std::min(image_url.find_first_of("?#"), image_url.size());
    return image_url.substr(0, end) + ".asc" + image_url.substr(end);
}

Result<FetchedAci> fetch_aci(const AciRequest& request, Web& web, const Progress& progress) {
    return Fetch{request, web, progress}.run();
}

Result<std::vector<FetchedKey>> fetch_keys(std::string_view from, int directory_fd, Web& web) {
    constexpr std::size_t kMaxKey = std::size_t{1} << 20;
    std::vector<std::string> urls;
    if (is_web(from))
        urls.emplace_back(from);
    else
        urls = TRY(discover_keys(web, TRY(schema::AcIdentifier::parse(from))));
    const auto keys_fd = TRY(base::open_or_make_dir(directory_fd, "keys", 0755));
    std::vector<FetchedKey> keys;
    for (const auto& url : urls) {
        const auto answer =
            TRY_CONTEXT(web.get(url, kMaxKey, Tries::kSeveral), "key {}", shown(url));
        if (answer.status != 200)
            return web.refusal(answer).with_context(fmt::format("key {}", shown(url)));
        const auto name = fmt::format("{}.asc", keys.size());
        TRY(base::write_file(keys_fd.get(), name, answer.body, 0644));
        keys.push_back({schema::shown(url), "keys/" + name});
    }
    return keys;
}

}  // namespace podd::fetch
