// SPDX-License-Identifier: LGPL-2.1-or-later
#include <csignal>

#include <doctest/doctest.h>

#include <sys/wait.h>

#include "daemon/pod_control.h"

using namespace podd;

TEST_CASE("why a unit did not start is told in words") {
    struct Case {
        const char* unit;
        const char* job;
        client::ServiceOutcome outcome;
        const char* says;
    };
    const Case cases[] = {
        {"pod-web.service",
         "failed",
         {"exit-code", "app \"nginx\": image \"x\" not found", CLD_EXITED, 1},
         "app \"nginx\": image \"x\" not found\n"},
        {"pod-web@nginx.service",
         "failed",
         {"exit-code", "", CLD_EXITED, 203},
         "app \"nginx\": it failed: exit status 203\n"},
        {"pod-web@nginx.service",
         "failed",
         {"signal", "", CLD_KILLED, SIGKILL},
         "app \"nginx\": it failed: killed by SIGKILL\n"},
        {"pod-web.service", "timeout", {"timeout", "", 0, 0}, "it did not start in time\n"},
        {"pod-web.service", "dependency", {}, "a unit that it needs did not start\n"},
        {"pod-web.service", "canceled", {}, "its start was cancelled\n"},
        {"pod-web.service", "failed", {}, "it failed (failed)\n"},
    };
    for (const Case& c : cases) {
        const base::Error error = daemon::start_error(c.unit, c.job, c.outcome);
        CAPTURE(error.message());
        CHECK(error.message().starts_with(c.says));
        CHECK(error.message().ends_with(std::string{"journalctl -e -u "} + c.unit + "'"));
    }
}
