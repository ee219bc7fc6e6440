// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/flights.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace podd::daemon {

namespace {

bool share(const Flights::Things& some, const Flights::Things& others) {
    return std::ranges::any_of(some, [&](const auto& one) { return others.contains(one); });
}

}  // namespace

void Flights::begin(Flight& flight) {
    flight.begun.merge(flight.wanted);
    flight.wanted.clear();
}

// Whom it must wait for.
std::vector<const Flights::Flight*> Flights::ahead_of(const Flight& flight) const {
    std::vector<const Flight*> found;
    bool is_earlier = true;
    for (const auto& other : flights_) {
        if (&other == &flight)
            is_earlier = false;
        else if (share(flight.wanted, other.begun) ||
                 (is_earlier && share(flight.wanted, other.wanted)))
            found.push_back(&other);
    }
    return found;
}

bool Flights::would_wait_for_itself(const Flight& flight) const {
    auto reached = ahead_of(flight);
    for (std::size_t i = 0; i < reached.size(); ++i) {
        if (!reached[i]->go) continue;
        for (const auto* next : ahead_of(*reached[i])) {
            if (next == &flight) return true;
            if (std::ranges::find(reached, next) == reached.end()) reached.push_back(next);
        }
    }
    return false;
}

void Flights::want(std::uint32_t fetch, Things things, Go go) {
    const auto found = std::ranges::find(flights_, fetch, &Flight::fetch);
    if (found == flights_.end())
        flights_.push_back({fetch});
    else
        std::rotate(found, found + 1, flights_.end());  // it asks last
    auto& flight = flights_.back();
    flight.wanted = std::move(things);
    if (ahead_of(flight).empty() || would_wait_for_itself(flight)) {
        begin(flight);
        return go(false);
    }
    flight.go = std::move(go);
}

bool Flights::is_waiting(std::uint32_t fetch) const {
    const auto found = std::ranges::find(flights_, fetch, &Flight::fetch);
    return found != flights_.end() && found->go;
}

void Flights::end(std::uint32_t fetch) {
    std::erase_if(flights_, [&](const Flight& flight) { return flight.fetch == fetch; });
    std::vector<Go> ready;
    for (auto& flight : flights_) {
        if (!flight.go || !ahead_of(flight).empty()) continue;
        begin(flight);
        ready.push_back(std::exchange(flight.go, nullptr));
    }
    for (const auto& go : ready)
        go(true);
}

}  // namespace podd::daemon
