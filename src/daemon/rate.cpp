// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/rate.h"

namespace podd::daemon {

void RateMeter::add(std::uint64_t now_usec, std::uint64_t bytes) {
    if (!samples_.empty() && (bytes < samples_.back().bytes || now_usec < samples_.back().usec))
        samples_.clear();
    samples_.push_back({now_usec, bytes});
    // The last sample before the window stays: it is where the window begins.
    while (samples_.size() > 2 && now_usec - samples_[1].usec >= kWindowUsec)
        samples_.pop_front();
}

std::uint64_t RateMeter::per_second() const {
    if (samples_.size() < 2) return 0;
    const std::uint64_t usec = samples_.back().usec - samples_.front().usec;
    if (usec < kLeastUsec) return 0;
    const auto bytes = static_cast<double>(samples_.back().bytes - samples_.front().bytes);
    return static_cast<std::uint64_t>(bytes * 1e6 / static_cast<double>(usec));
}

}  // namespace podd::daemon
