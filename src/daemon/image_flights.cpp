// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/image_flights.h"

#include <algorithm>
#include <utility>

namespace podd::daemon {

ImageFlights::Flight& ImageFlights::flight_of(std::uint32_t fetch) {
    const auto found = std::ranges::find(flights_, fetch, &Flight::fetch);
    return found == flights_.end() ? flights_.emplace_back(Flight{fetch}) : *found;
}

const ImageFlights::Flight* ImageFlights::holder(const std::string& image,
                                                 std::uint32_t besides) const {
    const auto found = std::ranges::find_if(flights_, [&](const Flight& flight) {
        return flight.fetch != besides && flight.images.contains(image);
    });
    return found == flights_.end() ? nullptr : &*found;
}

// Each waits for one other at most, and nobody ever for himself: there is an end.
bool ImageFlights::waits_for(const Flight& flight, std::uint32_t fetch) const {
    for (const Flight* one = &flight; one != nullptr && one->go;) {
        one = holder(one->wanted, one->fetch);
        if (one != nullptr && one->fetch == fetch) return true;
    }
    return false;
}

void ImageFlights::want(std::uint32_t fetch, const std::string& image, Go go) {
    auto& flight = flight_of(fetch);
    const Flight* other = holder(image, fetch);
    if (other == nullptr || waits_for(*other, fetch)) {
        flight.images.insert(image);
        return go(false);
    }
    flight.wanted = image;
    flight.go = std::move(go);
}

bool ImageFlights::is_waiting(std::uint32_t fetch) const {
    const auto found = std::ranges::find(flights_, fetch, &Flight::fetch);
    return found != flights_.end() && found->go;
}

void ImageFlights::end(std::uint32_t fetch) {
    std::erase_if(flights_, [&](const Flight& flight) { return flight.fetch == fetch; });
    std::vector<Go> ready;
    for (auto& flight : flights_) {
        if (!flight.go || holder(flight.wanted, flight.fetch) != nullptr) continue;
        flight.images.insert(flight.wanted);
        ready.push_back(std::exchange(flight.go, nullptr));
    }
    for (const auto& go : ready)
        go(true);
}

}  // namespace podd::daemon
