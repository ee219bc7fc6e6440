// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/capabilities.h"

#include <doctest/doctest.h>

using namespace podd;

TEST_SUITE("sandbox/capabilities") {
    TEST_CASE("the default set is appc's fourteen") {
        CHECK(sandbox::default_capabilities() == 0xA80425FB);
        CHECK(sandbox::capability_names(sandbox::default_capabilities()).size() == 14);
        CHECK(sandbox::capability_names(0b11) ==
              std::vector<std::string>{"CAP_CHOWN", "CAP_DAC_OVERRIDE"});
    }

    TEST_CASE("names become bits, also beyond the default set") {
        const auto mask = sandbox::capability_mask({"CAP_CHOWN", "CAP_NET_ADMIN", "CAP_CHOWN"});
        REQUIRE(mask);
        CHECK(*mask == (1U | 1U << 12));
        CHECK(sandbox::capability_mask({}).value() == 0);
    }

    TEST_CASE("what is no capability is refused by its name") {
        for (const char* name :
             {"CAP_PONIES", "cap_chown", "CHOWN", "3", "", "CAP_", "CAP_CHOWN "}) {
            CAPTURE(name);
            const auto mask = sandbox::capability_mask({"CAP_KILL", name});
            REQUIRE(!mask);
            CHECK(mask.error().code() == base::ErrorCode::kInvalidArgument);
        }
    }
}
