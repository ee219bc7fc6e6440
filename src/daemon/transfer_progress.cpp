// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/transfer_progress.h"

#include <ctime>
#include <exception>
#include <utility>

#include "base/log.h"

namespace podd::daemon {

namespace {

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

TransferProgress::~TransferProgress() {
    sd_event_source_disable_unref(timer_);
}

base::Result<> TransferProgress::start(sd_event* event) {
    if (timer_ != nullptr) return {};
    int r = sd_event_add_time_relative(event, &timer_, CLOCK_MONOTONIC, 0, 0, on_time, this);
    if (r >= 0) r = sd_event_source_set_enabled(timer_, SD_EVENT_OFF);
    if (r < 0) return base::errno_error("cannot set a timer", -r);
    return {};
}

void TransferProgress::update(WorkProgress now) {
    const std::uint64_t usec = now_usec();
    rate_.add(usec, now.bytes);
    now_ = std::move(now);
    if (is_due_) return;
    if (usec - told_usec_ >= kPauseUsec) return flush();
    is_due_ = timer_ != nullptr &&
              sd_event_source_set_time_relative(timer_, told_usec_ + kPauseUsec - usec) >= 0 &&
              sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT) >= 0;
}

int TransferProgress::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    // sd-event is C: nothing may be thrown through it.
    try {
        static_cast<TransferProgress*>(self)->flush();
    } catch (const std::exception& error) {
        base::log_line(base::LogLevel::kError, error.what());
    }
    return 0;
}

void TransferProgress::flush() {
    is_due_ = false;
    std::vector<std::string> names;
    if (now_.bytes != told_.bytes) names.emplace_back("Bytes");
    if (now_.total != told_.total) names.emplace_back("Total");
    if (now_.layers != told_.layers) names.emplace_back("Layers");
    if (rate() != told_rate_) names.emplace_back("Rate");
    if (names.empty()) return;
    told_ = now_;
    told_rate_ = rate();
    told_usec_ = now_usec();
    tell_(names);
}

void TransferProgress::reset() {
    now_ = told_ = {};
    rate_.reset();
    told_rate_ = 0;
}

}  // namespace podd::daemon
