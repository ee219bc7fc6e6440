// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/own_unit.h"

#include <doctest/doctest.h>

using namespace podd::base;

TEST_SUITE("base/own_unit") {
    TEST_CASE("a process belongs to the innermost service of its control group") {
        struct Case {
            const char *text, *service;
        };
        const Case cases[] = {
            {"0::/system.slice/podd-import-1.service\n", "podd-import-1.service"},
            {"0::/machine.slice/pod-web@a\\x2db.service/commands/1\n", "pod-web@a\\x2db.service"},
            {"0::/user.slice/user-0.slice/user@0.service/app.slice/a.service\n", "a.service"},
            {"1:name=systemd:/system.slice/a.service\n0::/system.slice/a.service\n", "a.service"},
            {"0::/a.service\n", "a.service"},
            {"0::/user.slice/user-0.slice/session-1.scope\n", ""},
            {"0::/\n", ""},
            {"", ""},
        };
        for (const Case& c : cases) {
            CAPTURE(c.text);
            CHECK(service_of_cgroup(c.text) == c.service);
        }
    }
}
