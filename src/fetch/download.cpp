// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/download.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/number.h"
#include "fetch/header_values.h"
#include "fetch/http_error.h"
#include "fetch/part_file.h"
#include "fetch/tries.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::found_wanted;
using schema::quoted;

namespace {

// A connection that breaks again and again gets on nevertheless when it brings so much each time.
constexpr std::uint64_t kWorthATry = std::uint64_t{1} << 20;

// What tells this version from every other; empty where nothing does.
std::string validator_of(const HttpAnswer& answer) {
    if (is_strong_etag(answer.etag)) return answer.etag;
    if (answer.etag.empty() && is_strong_date(answer.last_modified, answer.date))
        return answer.last_modified;
    return {};
}

class Download {
public:
    Download(Web& web, const DownloadRequest& request, const Progress& progress, PartFile file)
        : web_{web}, request_{request}, progress_{progress}, file_{std::move(file)} {}

    Result<DownloadAnswer> run();

private:
    Result<HttpAnswer> ask();
    Result<> take(const HttpAnswer& answer, std::string_view bytes);
    Result<> begin(const HttpAnswer& answer);
    Result<> begin_part(const HttpAnswer& answer);
    Result<> check_size(std::uint64_t bytes) const;
    Result<bool> judge(const HttpAnswer& answer);
    Result<> again_or(Error error, unsigned retry_after_seconds);

    Web& web_;
    const DownloadRequest& request_;
    const Progress& progress_;
    PartFile file_;
    std::uint64_t from_ = 0;
    std::uint64_t best_ = 0;
    std::uint64_t total_ = 0;  // 0: not known
    bool begun_ = false;       // the answer that is coming has brought its first bytes
    bool restarted_ = false;   // once, because the old part did not fit
    Backoff backoff_{};
};

Result<> Download::check_size(std::uint64_t bytes) const {
    if (bytes <= request_.max_bytes) return {};
    return found_wanted(fmt::format("more than {} bytes", request_.max_bytes), "no more");
}

Result<> Download::begin_part(const HttpAnswer& answer) {
    const auto range = parse_content_range(answer.content_range);
    const auto& note = file_.note();
    if (range) total_ = range->total.value_or(note.size);
    const bool is_rest = range && range->first == from_ && from_ > 0 && total_ > 0 &&
                         (note.size == 0 || total_ == note.size);
    if (!is_rest)
        return found_wanted(fmt::format("part {}", quoted(answer.content_range)),
                            fmt::format("bytes from {}", from_));
    if (validator_of(answer) != note.validator)
        return found_wanted("a part of another version", quoted(note.validator));
    return {};
}

Result<> Download::begin(const HttpAnswer& answer) {
    if (answer.status == 206) return begin_part(answer);
    total_ = base::parse_number<std::uint64_t>(answer.content_length).value_or(0);
    TRY(check_size(total_));
    from_ = 0;
    return file_.restart({request_.url, validator_of(answer), total_});
}

Result<> Download::take(const HttpAnswer& answer, std::string_view bytes) {
    if (request_.refusal) return *request_.refusal;
    if (!std::exchange(begun_, true)) TRY(begin(answer));
    TRY(check_size(file_.have() + bytes.size()));
    TRY(file_.append(bytes));
    progress_(file_.have(), total_);
    return {};
}

Result<HttpAnswer> Download::ask() {
    auto asked = TRY(web_.request(request_.url));
    asked.if_none_match = request_.if_none_match;
    // A part of no version that could be named is not gone on with.
    from_ = file_.note().validator.empty() ? 0 : file_.have();
    asked.from = from_;
    if (from_ > 0) asked.if_range = file_.note().validator;
    asked.sink = [this](const HttpAnswer& answer, std::string_view bytes) {
        return take(answer, bytes);
    };
    begun_ = false;
    return web_.http().get(std::move(asked));
}

// Waits for the next try, or it is enough.
Result<> Download::again_or(Error error, unsigned retry_after_seconds) {
    if (file_.have() >= best_ + kWorthATry) backoff_.reset();
    best_ = std::max(best_, file_.have());
    const int msec =
        error.code() == ErrorCode::kUnavailable ? backoff_.next_msec(retry_after_seconds) : -1;
    if (msec < 0) return error;
    wait_msec(msec);
    return {};
}

// Whether all is there.
Result<bool> Download::judge(const HttpAnswer& answer) {
    const bool is_success = answer.status == 200 || answer.status == 206;
    if (is_success && !begun_)
        return found_wanted(fmt::format("nothing at {}", quoted(answer.url.shown())), "an image");
    if (is_success) {
        if (file_.have() >= total_) return true;
        TRY(again_or(Error{ErrorCode::kUnavailable,
                           fmt::format("{} gave {} of {} bytes", quoted(answer.url.host),
                                       file_.have(), total_)},
                     0));
        return false;
    }
    if (answer.status == 416 && from_ > 0 && !std::exchange(restarted_, true)) {
        TRY(file_.restart({.url = request_.url}));
        return false;
    }
    TRY(again_or(web_.refusal(answer), retry_after(answer)));
    return false;
}

Result<DownloadAnswer> Download::run() {
    while (true) {
        auto answer = ask();
        if (!answer) {
            // Too long, or another part than was asked for: what is here is not to be built on.
            const bool is_odd = answer.error().code() == ErrorCode::kInvalidArgument;
            if (is_odd) TRY(file_.restart({.url = request_.url}));
            if (is_odd && from_ > 0 && !std::exchange(restarted_, true)) continue;
            TRY(again_or(std::move(answer).error(), 0));
            continue;
        }
        DownloadAnswer done;
        done.max_age = max_age(answer->cache_control, answer->age);
        if (is_etag(answer->etag)) done.etag = answer->etag;
        done.is_not_modified = answer->status == 304 && !request_.if_none_match.empty();
        if (done.is_not_modified) return done;
        if (!TRY(judge(*answer))) continue;
        TRY(file_.finish());
        return done;
    }
}

}  // namespace

Result<DownloadAnswer> download(Web& web, const DownloadRequest& request,
                                const Progress& progress) {
    auto file = TRY(PartFile::open(request.directory_fd, request.name, request.url));
    return Download{web, request, progress, std::move(file)}.run();
}

}  // namespace podd::fetch
