// SPDX-License-Identifier: LGPL-2.1-or-later
// How far a transfer is, and when the bus is told: not at every word of a worker's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "daemon/rate.h"
#include "daemon/worker_lines.h"

namespace podd::daemon {

class TransferProgress : private base::Pinned {
public:
    static constexpr std::uint64_t kPauseUsec = 250'000;

    /// `tell` gets the names of the properties that have changed.
    using Tell = std::function<void(const std::vector<std::string>& names)>;
    explicit TransferProgress(Tell tell) : tell_{std::move(tell)} {}
    ~TransferProgress();

    /// Errors: kIo.
    base::Result<> start(sd_event* event);
    void update(WorkProgress now);
    /// Tells what has not been told yet.
    void flush();
    /// Of what comes next nothing is known; tells nobody.
    void reset();

    const WorkProgress& now() const { return now_; }
    std::uint64_t rate() const { return rate_.per_second(); }

private:
    static int on_time(sd_event_source*, std::uint64_t, void* self);

    Tell tell_;
    RateMeter rate_;
    WorkProgress now_;
    WorkProgress told_;
    std::uint64_t told_rate_ = 0;
    std::uint64_t told_usec_ = 0;
    bool is_due_ = false;  // the timer runs
    sd_event_source* timer_ = nullptr;
};

}  // namespace podd::daemon
