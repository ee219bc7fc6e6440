// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/layer_flights.h"

#include <algorithm>
#include <utility>

namespace podd::daemon {

bool LayerFlights::must_wait(const Flight& flight) const {
    for (const auto& earlier : flights_) {
        if (&earlier == &flight) return false;
        const auto is_wanted = [&](const std::string& layer) {
            return earlier.layers.contains(layer);
        };
        if (std::ranges::any_of(flight.layers, is_wanted)) return true;
    }
    return false;
}

void LayerFlights::want(std::uint32_t fetch, std::set<std::string> layers, Go go) {
    auto& flight = flights_.emplace_back(Flight{fetch, std::move(layers), std::move(go)});
    if (must_wait(flight)) return;
    std::exchange(flight.go, nullptr)(false);
}

void LayerFlights::end(std::uint32_t fetch) {
    std::erase_if(flights_, [&](const Flight& flight) { return flight.fetch == fetch; });
    std::vector<Go> ready;
    for (auto& flight : flights_)
        if (flight.go && !must_wait(flight)) ready.push_back(std::exchange(flight.go, nullptr));
    for (const auto& go : ready)
        go(true);
}

}  // namespace podd::daemon
