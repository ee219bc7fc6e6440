// SPDX-License-Identifier: LGPL-2.1-or-later
// How fast something gets on, of the last few seconds; pure.
#pragma once

#include <cstdint>
#include <deque>

namespace podd::daemon {

class RateMeter {
public:
    static constexpr std::uint64_t kWindowUsec = 5'000'000;
    /// Less is a guess.
    static constexpr std::uint64_t kLeastUsec = 500'000;

    /// `bytes` are there by now; fewer than before is a new beginning.
    void add(std::uint64_t now_usec, std::uint64_t bytes);
    /// Bytes a second; 0 as long as nobody can say.
    std::uint64_t per_second() const;
    void reset() { samples_.clear(); }

private:
    struct Sample {
        std::uint64_t usec;
        std::uint64_t bytes;
    };
    std::deque<Sample> samples_;
};

}  // namespace podd::daemon
