// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/image_flights.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;

namespace {

// Who was told to go, and with what, in order; in capitals who had to wait.
struct Flights {
    void want(char fetch, const std::string& image) {
        flights.want(static_cast<std::uint32_t>(fetch), image, [this, fetch, image](bool waited) {
            gone += (waited ? static_cast<char>(fetch - 'a' + 'A') : fetch) + image + " ";
        });
    }
    void end(char fetch) { flights.end(static_cast<std::uint32_t>(fetch)); }
    bool is_waiting(char fetch) const {
        return flights.is_waiting(static_cast<std::uint32_t>(fetch));
    }

    daemon::ImageFlights flights;
    std::string gone;
};

}  // namespace

TEST_SUITE("daemon/image_flights") {
    TEST_CASE("an image that nobody else has begun with need not be waited for") {
        Flights f;
        f.want('a', "1");
        f.want('a', "2");
        f.want('b', "3");
        CHECK(f.gone == "a1 a2 b3 ");
        f.end('a');
        f.want('b', "2");
        CHECK(f.gone == "a1 a2 b3 b2 ");
        CHECK_FALSE(f.is_waiting('b'));
        CHECK_FALSE(f.is_waiting('z'));
    }

    TEST_CASE("one that another has begun with is waited for, by one after the other") {
        Flights f;
        f.want('a', "1");
        f.want('b', "2");
        f.want('b', "1");
        f.want('c', "1");
        CHECK(f.gone == "a1 b2 ");
        CHECK(f.is_waiting('b'));
        CHECK(f.is_waiting('c'));
        f.end('a');
        CHECK(f.gone == "a1 b2 B1 ");
        CHECK_FALSE(f.is_waiting('b'));
        f.end('b');
        CHECK(f.gone == "a1 b2 B1 C1 ");
    }

    TEST_CASE("two that would wait for each other do not, nor do three in a ring") {
        Flights two;
        two.want('a', "1");
        two.want('b', "2");
        two.want('a', "2");
        two.want('b', "1");
        CHECK(two.gone == "a1 b2 b1 ");
        two.end('b');
        CHECK(two.gone == "a1 b2 b1 A2 ");

        Flights three;
        three.want('a', "1");
        three.want('b', "2");
        three.want('c', "3");
        three.want('a', "2");
        three.want('b', "3");
        three.want('c', "1");
        CHECK(three.gone == "a1 b2 c3 c1 ");
    }

    TEST_CASE("who gives up is neither called nor waited for") {
        Flights f;
        f.want('a', "1");
        f.want('b', "1");
        f.want('c', "1");
        f.end('b');
        CHECK(f.gone == "a1 ");
        f.end('a');
        CHECK(f.gone == "a1 C1 ");
        f.end('z');
        CHECK(f.gone == "a1 C1 ");
    }
}
