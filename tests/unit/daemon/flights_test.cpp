// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/flights.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;

namespace {

// Who was told to go, in order; in capitals who had to wait.
struct Flights {
    void want(char fetch, const daemon::Flights::Things& things) {
        flights.want(static_cast<std::uint32_t>(fetch), things, [this, fetch](bool waited) {
            gone += waited ? static_cast<char>(fetch - 'a' + 'A') : fetch;
        });
    }
    void end(char fetch) { flights.end(static_cast<std::uint32_t>(fetch)); }
    bool is_waiting(char fetch) const {
        return flights.is_waiting(static_cast<std::uint32_t>(fetch));
    }

    daemon::Flights flights;
    std::string gone;
};

}  // namespace

TEST_SUITE("daemon/flights") {
    TEST_CASE("who wants what nobody else wants need not wait") {
        Flights f;
        f.want('a', {"1", "2"});
        f.want('a', {"4"});
        f.want('b', {"3"});
        f.want('c', {});
        CHECK(f.gone == "aabc");
        f.end('a');
        f.want('d', {"1"});
        CHECK(f.gone == "aabcd");
        CHECK_FALSE(f.is_waiting('d'));
        CHECK_FALSE(f.is_waiting('z'));
    }

    TEST_CASE("what is on its way is waited for, in the order of the asking") {
        Flights f;
        f.want('a', {"1"});
        f.want('b', {"1", "2"});
        f.want('c', {"2"});
        f.want('d', {"3"});
        CHECK(f.gone == "ad");
        CHECK(f.is_waiting('b'));
        f.end('a');
        CHECK(f.gone == "adB");
        CHECK_FALSE(f.is_waiting('b'));
        f.end('d');
        CHECK(f.gone == "adB");
        f.end('b');
        CHECK(f.gone == "adBC");
    }

    TEST_CASE("who has begun with other things before waits behind those who asked earlier") {
        Flights f;
        f.want('a', {"1"});
        f.want('b', {"2"});
        f.want('c', {"1"});
        f.want('b', {"1"});
        CHECK(f.gone == "ab");
        f.end('a');
        CHECK(f.gone == "abC");
        f.end('c');
        CHECK(f.gone == "abCB");
    }

    TEST_CASE("several that waited for one go together, but not two for the same thing") {
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

    TEST_CASE("two that would wait for each other do not, nor do three in a ring") {
        Flights two;
        two.want('a', {"1"});
        two.want('b', {"2"});
        two.want('a', {"2"});
        two.want('b', {"1"});
        CHECK(two.gone == "abb");
        two.end('b');
        CHECK(two.gone == "abbA");

        Flights three;
        three.want('a', {"1"});
        three.want('b', {"2"});
        three.want('c', {"3"});
        three.want('a', {"2"});
        three.want('b', {"3"});
        three.want('c', {"1"});
        CHECK(three.gone == "abcc");
    }

    TEST_CASE("one that waits for itself by way of one that only waits does not") {
        Flights f;
        f.want('a', {"1"});
        f.want('b', {"2"});
        f.want('c', {"1", "2"});  // behind both
        f.want('b', {"1"});       // behind a, and c that waits for b
        CHECK(f.gone == "abb");
        f.end('a');
        CHECK(f.gone == "abb");
        f.end('b');
        CHECK(f.gone == "abbC");
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
