// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/security_module.h"

#include <doctest/doctest.h>

using namespace podd;

TEST_SUITE("sandbox/security_module") {
    TEST_CASE("a profile is in the kernel's list by its whole name") {
        const auto* const list =
            "/usr/bin/man (enforce)\nman_filter (complain)\nodd (x) (unconfined)\n";
        CHECK(sandbox::lists_profile(list, "/usr/bin/man"));
        CHECK(sandbox::lists_profile(list, "man_filter"));
        CHECK(sandbox::lists_profile(list, "odd (x)"));
        CHECK_FALSE(sandbox::lists_profile(list, "man"));
        CHECK_FALSE(sandbox::lists_profile(list, "man_filte"));
        CHECK_FALSE(sandbox::lists_profile("", "man"));
    }
    TEST_CASE("what is no profile by itself only the kernel can judge") {
        for (const char* label : {"unconfined", "man//&other", ":space:man"})
            CHECK(sandbox::lists_profile("", label));
    }
}
