// SPDX-License-Identifier: LGPL-2.1-or-later
// Fetches that need the same thing at the same time, a layer or an ACI: the first brings it, the
// others wait for what comes of that; pure.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace podd::daemon {

class Flights {
public:
    using Things = std::set<std::string>;
    /// Whether somebody was waited for.
    using Go = std::function<void(bool waited)>;

    /// That fetch needs these now. `go` is called as soon as no other is left that has begun with
    /// any of them, or has waited for it longer: at once, or later. Fetches that would wait for
    /// each other do not: the last one goes.
    void want(std::uint32_t fetch, Things things, Go go);
    bool is_waiting(std::uint32_t fetch) const;
    /// It has ended, whatever came of it; if it has not been called it is not.
    void end(std::uint32_t fetch);

private:
    struct Flight {
        std::uint32_t fetch;
        Things begun{};
        Things wanted{};  // while it waits
        Go go{};          // empty: it does not wait
    };
    static void begin(Flight& flight);
    std::vector<const Flight*> ahead_of(const Flight& flight) const;
    bool would_wait_for_itself(const Flight& flight) const;

    std::vector<Flight> flights_;  // those that wait: in the order in which they asked
};

}  // namespace podd::daemon
