// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/users.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::base;

namespace {

const std::string kPasswd =
    "root:x:0:0:root:/root:/bin/bash\n"
    "broken line\n"
    "nobody:x:99999:1::/:\n"
    "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
    "1000:x:7:8:all digits:/home/d:/bin/sh\n";
const std::string kGroup = "root:x:0:\nwww-data:x:33:\nadm:x:4:www-data,root\nssl:x:112:www-data\n";

}  // namespace

TEST_SUITE("base/users") {
    TEST_CASE("passwd entries are found by name and number, malformed lines passed over") {
        const auto www = passwd_by_name(kPasswd, "www-data");
        REQUIRE(www.has_value());
        CHECK(www->uid == 33);
        CHECK(www->home == "/var/www");
        CHECK(passwd_by_uid(kPasswd, 0)->name == "root");
        CHECK(passwd_by_name(kPasswd, "1000")->uid == 7);
        CHECK_FALSE(passwd_by_name(kPasswd, "nobody"));  // its uid is outside of a pod
        CHECK_FALSE(passwd_by_name(kPasswd, "broken line"));
        CHECK_FALSE(passwd_by_name("", "root"));
    }

    TEST_CASE("groups are found by name and by member") {
        CHECK(group_by_name(kGroup, "adm") == 4U);
        CHECK_FALSE(group_by_name(kGroup, "wheel"));
        CHECK(groups_of(kGroup, "www-data") == std::vector<std::uint32_t>{4, 112});
        CHECK(groups_of(kGroup, "nobody").empty());
    }

    // As of CVE-2026-30892 and CVE-2026-46680.
    TEST_CASE("E2, CVE-2026-30892, CVE-2026-46680: digits only, and in the pod's range") {
        for (const std::string text : {"", "-1", "+1", " 0", "0x0", "root\n", "1e3", "1:0"}) {
            CAPTURE(text);
            const auto id = numeric_id(text);
            REQUIRE(id.has_value());
            CHECK_FALSE(id->has_value());
        }
        CHECK(**numeric_id("65535") == 65535);
        CHECK(**numeric_id("007") == 7);
        for (const std::string text :
             {"65536", "4294967295", "4294967296", "99999999999999999999"}) {
            CAPTURE(text);
            CHECK_FALSE(numeric_id(text).has_value());
        }
    }
}
