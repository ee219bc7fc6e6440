// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/signal.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::schema;

TEST_SUITE("schema/signal") {
    TEST_CASE("signals by name and number") {
        struct Case {
            std::string text;
            int number;
            std::string name;
        };
        for (const auto& c :
             {Case{"SIGTERM", 15, "SIGTERM"}, Case{"term", 15, "SIGTERM"}, Case{"9", 9, "SIGKILL"},
              Case{"SIGRTMIN", 34, "SIGRTMIN"}, Case{"RTMIN+3", 37, "SIGRTMIN+3"},
              Case{"SIGRTMAX-1", 63, "SIGRTMIN+29"}, Case{"64", 64, "SIGRTMIN+30"},
              Case{"33", 33, "33"}, Case{"SIGCLD", 17, "SIGCHLD"}}) {
            CAPTURE(c.text);
            const auto signal = parse_signal(c.text);
            REQUIRE(signal.has_value());
            CHECK(*signal == c.number);
            CHECK(signal_name(*signal) == c.name);
            CHECK(parse_signal(signal_name(*signal)).value() == c.number);
        }
        for (const std::string text :
             {"", "0", "65", "-1", "SIG", "SIGFOO", "RTMIN+31", "RTMIN-1", "RTMAX+1", "RTMAX-31",
              "RTMIN+", "SIGSIGTERM", " 15", "TERMTERMTERMTERMTERM"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_signal(text).has_value());
        }
    }
}
