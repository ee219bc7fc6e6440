// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/values.h"

#include <csignal>
#include <string>

#include <doctest/doctest.h>

using namespace podd::unit;

TEST_SUITE("unit/values") {
    TEST_CASE("durations keep their microseconds") {
        struct Case {
            std::uint64_t usec;
            std::string text;
        };
        for (const auto& [usec, text] :
             {Case{0, "0s"}, Case{1, "1us"}, Case{100'000, "100ms"}, Case{90'000'000, "90s"},
              Case{1'500'000, "1500ms"}, Case{kInfinity, "infinity"}}) {
            CAPTURE(text);
            CHECK(duration_text(usec) == text);
            CHECK(*duration_usec(text) == usec);
        }
        for (const std::string bad :
             {"", "s", "1", "-1s", "1 s", "1.5s", "18446744073709551615s", "1min"})
            CHECK_FALSE(duration_usec(bad));
    }

    TEST_CASE("a share of CPU time keeps thousandths of a core") {
        CHECK(quota_text(1500) == "150%");
        CHECK(quota_text(1) == "0.1%");
        CHECK(quota_text(333) == "33.3%");
        CHECK(*quota_usec_per_sec("150%") == 1'500'000);
        CHECK(*quota_usec_per_sec("0.1%") == 1'000);
        CHECK(*quota_usec_per_sec("33.3%") == 333'000);
        for (const std::string bad :
             {"", "%", "0%", "0.0%", "1", "1.%", ".1%", "1.12%", "-1%", "99999999999%"})
            CHECK_FALSE(quota_usec_per_sec(bad));
    }

    TEST_CASE("signals have the names of signal(7)") {
        CHECK(signal_text(SIGTERM) == "SIGTERM");
        CHECK(signal_text(SIGQUIT) == "SIGQUIT");
        CHECK(signal_text(SIGRTMIN + 3) == "SIGRTMIN+3");
        for (int signal = 1; signal <= SIGRTMAX; ++signal)
            CHECK(*signal_number(signal_text(signal)) == signal);
        CHECK_FALSE(signal_number("TERM"));
        CHECK_FALSE(signal_number("SIGNOPE"));
    }
}
