// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/network_limit.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include "scratch_folder.h"

using namespace podd::podctl;

TEST_CASE("a pod's network limit is shown beside others, and where it is in force only") {
    const podd::test::ScratchFolder interfaces;
    const std::vector<AskedLimit> asked{{"TasksMax", "", 64}, {"NetworkBandwidth", "", 2048}};
    GroupLimits group;
    const auto text = [&] { return pod_limits_text("web", group, asked, interfaces.path()); };
    CHECK(text().empty());
    REQUIRE(::mkdir((interfaces.path() + "/podd_web").c_str(), 0700) == 0);
    CHECK(text() == "network 2.0K/s each way");
    group.numbers["TasksMax"] = 64;
    CHECK(text() == "tasks max 64, network 2.0K/s each way");
}
