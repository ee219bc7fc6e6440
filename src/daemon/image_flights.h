// SPDX-License-Identifier: LGPL-2.1-or-later
// Fetches that need the same ACI at the same time, as what was asked for or as a dependency: the
// first brings it, the others wait for what comes of that; pure.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace podd::daemon {

class ImageFlights {
public:
    /// Whether somebody was waited for.
    using Go = std::function<void(bool waited)>;

    /// That fetch needs this image now. `go` is called as soon as no other that has begun with it
    /// is left: at once, or later. Two that would wait for each other do not: the second goes.
    void want(std::uint32_t fetch, const std::string& image, Go go);
    bool is_waiting(std::uint32_t fetch) const;
    /// It has ended, whatever came of it; if it has not been called it is not.
    void end(std::uint32_t fetch);

private:
    struct Flight {
        std::uint32_t fetch;
        std::set<std::string> images{};  // begun with
        std::string wanted{};            // while it waits
        Go go{};                         // empty: it does not wait
    };
    Flight& flight_of(std::uint32_t fetch);
    const Flight* holder(const std::string& image, std::uint32_t besides) const;
    bool waits_for(const Flight& flight, std::uint32_t fetch) const;

    std::vector<Flight> flights_;  // in the order in which they came
};

}  // namespace podd::daemon
