// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/blobs.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "fetch/blob_file.h"
#include "fetch/header_values.h"
#include "fetch/http_error.h"
#include "fetch/tries.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::OciDescriptor;

namespace {

constexpr std::size_t kAtOnce = 3;
constexpr int kWakeMsec = 200;
// A connection that breaks again and again gets on nevertheless when it brings so much each time.
constexpr std::uint64_t kWorthATry = std::uint64_t{1} << 20;

std::int64_t now_msec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// One blob until it is whole. It lives as long as its transfer, whose sink writes into it.
class Job : private base::Pinned {
public:
    Job(const std::vector<std::unique_ptr<Session>>& sessions, OciDescriptor descriptor,
        std::string name, BlobFile file)
        : sessions_{sessions},
          descriptor_{std::move(descriptor)},
          name_{std::move(name)},
          file_{std::move(file)} {}

    bool is_done() const { return file_.is_complete(); }
    bool is_running() const { return transfer_ != nullptr; }
    bool is_due() const { return !is_done() && !is_running() && now_msec() >= not_before_; }
    bool is_mine(const HttpTransfer* transfer) const { return transfer_.get() == transfer; }
    base::LayerProgress progress() const {
        if (is_done()) return {base::LayerState::kDone, file_.size(), file_.size()};
        const auto state = is_running() ? base::LayerState::kFetching : base::LayerState::kWaiting;
        return {state, file_.have(), file_.size()};
    }

    Result<> start(Http& http);
    Result<> ended();

private:
    Session& session() const { return *sessions_[at_]; }
    Result<> take(const HttpAnswer& answer, std::string_view bytes);
    Result<> judge(const HttpAnswer& answer);
    Result<> whole();
    Result<> again_or(Error error, unsigned retry_after_seconds);

    const std::vector<std::unique_ptr<Session>>& sessions_;
    OciDescriptor descriptor_;
    std::string name_;  // "layer 2 of 5"
    BlobFile file_;
    std::size_t at_ = 0;  // of sessions_
    std::unique_ptr<HttpTransfer> transfer_{};
    std::string used_{};  // authorization
    std::uint64_t from_ = 0;
    std::uint64_t best_ = 0;  // that was there after a try; a server that begins anew gets nowhere
    bool authenticated_ = false;
    bool restarted_ = false;
    Backoff backoff_{};
    std::int64_t not_before_ = 0;
};

Result<> Job::start(Http& http) {
    // Whole already, or empty and to be whole: there is nothing to ask for.
    if (file_.have() == file_.size() && TRY(file_.finish())) return {};
    from_ = file_.have();
    auto request = session().request(fmt::format("blobs/{}", descriptor_.digest.str()));
    request.from = from_;
    request.sink = [this](const HttpAnswer& answer, std::string_view bytes) {
        return take(answer, bytes);
    };
    used_ = request.authorization;
    transfer_ = std::make_unique<HttpTransfer>(std::move(request));
    http.start(*transfer_);
    return {};
}

Result<> Job::take(const HttpAnswer& answer, std::string_view bytes) {
    if (from_ > 0 && file_.have() == from_ && answer.status == 200) {
        TRY(file_.restart());  // a server that knows no ranges
        from_ = 0;
    }
    const bool is_rest =
        answer.status != 206 || is_range_from(answer.content_range, from_, file_.size());
    if (!is_rest)
        return schema::found_wanted(fmt::format("part {}", schema::quoted(answer.content_range)),
                                    fmt::format("bytes from {}", from_));
    authenticated_ = false;  // a token that is good now may be too old for the rest
    return file_.append(bytes);
}

// Once more here, later or at the next place; or not at all.
Result<> Job::again_or(Error error, unsigned retry_after_seconds) {
    if (file_.have() >= best_ + kWorthATry) backoff_.reset();
    best_ = std::max(best_, file_.have());
    const int msec =
        error.code() == ErrorCode::kUnavailable ? backoff_.next_msec(retry_after_seconds) : -1;
    if (msec >= 0) {
        not_before_ = now_msec() + msec;
        return {};
    }
    // What cannot be written here cannot be written with another server's help.
    if (error.code() == ErrorCode::kIo || at_ + 1 == sessions_.size())
        return std::move(error).with_context(name_);
    ++at_;
    backoff_.reset();
    authenticated_ = false;
    return {};
}

Result<> Job::whole() {
    if (file_.have() < file_.size())
        return again_or(Error{ErrorCode::kUnavailable,
                              fmt::format("the connection to {} broke after {} of {} bytes",
                                          schema::quoted(session().endpoint().registry),
                                          file_.have(), file_.size())},
                        0);
    const bool was_resumed = from_ > 0;
    if (TRY(file_.finish())) return {};
    if (was_resumed && !std::exchange(restarted_, true)) return {};  // the old part may be to blame
    return again_or(schema::found_wanted(fmt::format("other bytes at {}",
                                                     schema::quoted(session().endpoint().registry)),
                                         descriptor_.digest.str()),
                    0);
}

Result<> Job::judge(const HttpAnswer& answer) {
    if (answer.status == 200 || answer.status == 206) return whole();
    if (answer.status == 401 && !std::exchange(authenticated_, true)) {
        auto done = session().authenticate(answer, used_);
        if (!done) return again_or(std::move(done).error(), 0);
        return {};
    }
    if (answer.status == 416 && from_ > 0) {
        const auto found = fmt::format("{} bytes at {}", file_.have(),
                                       schema::quoted(session().endpoint().registry));
        TRY(file_.restart());
        if (!std::exchange(restarted_, true)) return {};
        return again_or(schema::found_wanted(found, fmt::format("{}", file_.size())), 0);
    }
    return again_or(status_error(answer), retry_after(answer));
}

Result<> Job::ended() {
    auto result = transfer_->take_result();
    transfer_.reset();
    if (result) return judge(*result);
    if (result.error().code() == ErrorCode::kInvalidArgument) {
        // Too long, or the wrong part: what is here is not to be built on.
        TRY(file_.restart());
        if (from_ > 0 && !std::exchange(restarted_, true)) return {};
    }
    return again_or(std::move(result).error(), 0);
}

// What is to be done for each layer: a job, or none where it is stored elsewhere.
struct Work {
    std::unique_ptr<Job> job;
    std::uint64_t size = 0;

    bool is_done() const { return !job || job->is_done(); }
    bool is_running() const { return job && job->is_running(); }
    base::LayerProgress progress() const {
        if (job) return job->progress();
        return {base::LayerState::kDone, size, size};
    }
};

Result<std::vector<Work>> make_work(const std::vector<std::unique_ptr<Session>>& sessions,
                                    const std::vector<OciDescriptor>& layers,
                                    const StoredBlobs& stored, int layout_fd) {
    std::vector<Work> all;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto is_same = [&](const OciDescriptor& other) {
            return other.digest == layers[i].digest;
        };
        const auto end = layers.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(layers.begin(), end, is_same)) continue;
        auto& work = all.emplace_back(Work{nullptr, layers[i].size});
        if (stored.contains(layers[i].digest.str())) continue;
        auto file = TRY(BlobFile::open(layout_fd, layers[i].digest, layers[i].size));
        work.job = std::make_unique<Job>(sessions, layers[i],
                                         fmt::format("layer {} of {}", i + 1, layers.size()),
                                         std::move(file));
    }
    return all;
}

}  // namespace

bool is_range_from(std::string_view content_range, std::uint64_t from, std::uint64_t size) {
    const auto range = parse_content_range(content_range);
    return range && range->first == from && range->last < size &&
           range->total.value_or(size) == size;
}

Result<StoredBlobs> parse_stored_blobs(std::string_view text) {
    StoredBlobs blobs;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        blobs.insert(TRY(schema::Digest::parse(text.substr(0, end))).str());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return blobs;
}

Result<> fetch_blobs(Http& http, const std::vector<std::unique_ptr<Session>>& sessions,
                     const std::vector<OciDescriptor>& layers, const StoredBlobs& stored,
                     int layout_fd, const LayersProgress& progress) {
    const auto all = TRY(make_work(sessions, layers, stored, layout_fd));
    std::vector<base::LayerProgress> states(all.size());
    while (true) {
        std::size_t running = 0;
        bool all_done = true;
        for (const auto& work : all)
            running += work.is_running() ? 1 : 0;
        for (const auto& work : all) {
            if (work.job && running < kAtOnce && work.job->is_due()) {
                TRY(work.job->start(http));
                running += work.is_running() ? 1 : 0;
            }
            all_done = all_done && work.is_done();
        }
        std::ranges::transform(all, states.begin(),
                               [](const auto& work) { return work.progress(); });
        progress(states);
        if (all_done) return {};
        const auto* ended = http.wait(kWakeMsec);
        for (const auto& work : all)
            if (ended != nullptr && work.job && work.job->is_mine(ended)) {
                TRY(work.job->ended());
                break;
            }
    }
}

}  // namespace podd::fetch
