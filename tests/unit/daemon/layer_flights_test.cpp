// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/layer_flights.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;

namespace {

// Who was told to go, in order; in capitals who had to wait.
struct Flights {
    void want(char fetch, const std::set<std::string>& layers) {
        flights.want(static_cast<std::uint32_t>(fetch), layers, [this, fetch](bool waited) {
            gone += waited ? static_cast<char>(fetch - 'a' + 'A') : fetch;
        });
    }
    void end(char fetch) { flights.end(static_cast<std::uint32_t>(fetch)); }

    daemon::LayerFlights flights;
    std::string gone;
};

}  // namespace

TEST_SUITE("daemon/layer_flights") {
    TEST_CASE("who wants what nobody else wants need not wait") {
        Flights f;
        f.want('a', {"1", "2"});
        f.want('b', {"3"});
        f.want('c', {});
        CHECK(f.gone == "abc");
        f.end('a');
        f.want('d', {"1"});
        CHECK(f.gone == "abcd");
    }

    TEST_CASE("a layer that is on its way is waited for, in the order of the asking") {
        Flights f;
        f.want('a', {"1"});
        f.want('b', {"1", "2"});
        f.want('c', {"2"});
        f.want('d', {"3"});
        CHECK(f.gone == "ad");
        f.end('a');
        CHECK(f.gone == "adB");
        f.end('d');
        CHECK(f.gone == "adB");
        f.end('b');
        CHECK(f.gone == "adBC");
    }

    TEST_CASE("several that waited for one go together, but not two for the same layer") {
        Flights f;
        f.want('a', {"1", "2"});
        f.want('b', {"1"});
        f.want('c', {"2"});
        f.want('d', {"1"});
        f.end('a');
        CHECK(f.gone == "aBC");
        f.end('b');
        CHECK(f.gone == "aBCD");
    }

    TEST_CASE("who gives up is neither called nor waited for") {
        Flights f;
        f.want('a', {"1"});
        f.want('b', {"1"});
        f.want('c', {"1"});
        f.end('b');
        CHECK(f.gone == "a");
        f.end('a');
        CHECK(f.gone == "aC");
        f.end('z');
        CHECK(f.gone == "aC");
    }
}
