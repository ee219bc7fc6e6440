// SPDX-License-Identifier: LGPL-2.1-or-later
// Fetches that want the same layer at the same time: the first brings it, the others wait for what
// comes of that; pure.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace podd::daemon {

class LayerFlights {
public:
    /// Whether somebody was waited for.
    using Go = std::function<void(bool waited)>;

    /// That fetch wants these layers. `go` is called as soon as no earlier one that wants any of
    /// them is left: at once, or later.
    void want(std::uint32_t fetch, std::set<std::string> layers, Go go);
    /// It has ended, whatever came of it; who has not been called is not.
    void end(std::uint32_t fetch);

private:
    struct Flight {
        std::uint32_t fetch;
        std::set<std::string> layers;
        Go go;  // empty once called
    };
    bool must_wait(const Flight& flight) const;

    std::vector<Flight> flights_;  // in the order in which they came
};

}  // namespace podd::daemon
