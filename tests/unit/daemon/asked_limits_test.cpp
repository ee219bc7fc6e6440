// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/asked_limits.h"

#include <doctest/doctest.h>

#include "schema/pod_manifest.h"

using namespace podd;
using daemon::AskedLimit;
using Limits = std::vector<AskedLimit>;

namespace {

Limits of_pod(const std::string& isolators) {
    const auto manifest = schema::PodManifest::parse(
        R"({"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"a","image":{"name":"x"}}],"isolators":[)" +
        isolators + "]}");
    REQUIRE_MESSAGE(manifest, (manifest ? "" : manifest.error().message()));
    return daemon::asked_limits(manifest->isolators, {"/srv"}, translate::Scope::kPod);
}

}  // namespace

TEST_CASE("limits that a pod asks for, as systemd's bus names them") {
    CHECK(of_pod("").empty());
    CHECK(of_pod(R"({"name":"resource/memory","value":{"request":"1Mi","limit":"64Mi"}},
                    {"name":"resource/cpu","value":{"limit":"250m"}},
                    {"name":"podd.org/allowed-cpus","value":"0-3,7"},
                    {"name":"resource/block-bandwidth","value":{"default":true,"limit":"1M"}},
                    {"name":"os/unix/sysctl","value":{"net.ipv4.ip_forward":"1"}},
                    {"name":"resource/network-bandwidth","value":{"default":true,"limit":"1M"}})") ==
          Limits{{"MemoryLow", "", 1048576},
                 {"MemoryMax", "", 67108864},
                 {"CPUQuotaPerSecUSec", "", 250'000},
                 {"AllowedCPUs", "0-3,7", 0},
                 {"IOReadBandwidthMax", "/srv", 1'000'000},
                 {"IOWriteBandwidthMax", "/srv", 1'000'000}});
}

TEST_CASE("what is no limit of a control group is not among them") {
    const auto manifest = schema::PodManifest::parse(
        R"({"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"a","image":{"name":"x"},)"
        R"("app":{"exec":["/x"],"user":"0","group":"0","isolators":[)"
        R"({"name":"os/linux/oom-score-adj","value":100},)"
        R"({"name":"os/linux/no-new-privileges","value":true},)"
        R"({"name":"podd.org/tasks-max","value":64}]}}]})");
    REQUIRE(manifest);
    CHECK(daemon::asked_limits(manifest->apps[0].app->isolators, {"/srv"},
                               translate::Scope::kApp) == Limits{{"TasksMax", "", 64}});
}

TEST_CASE("a network's limit is asked for where it can have an effect") {
    const auto asked = [](const std::string& members, const std::string& app) {
        const auto manifest = schema::PodManifest::parse(
            R"({"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"a","image":{"name":"x"})" +
            app + "}]" + members + "}");
        REQUIRE(manifest);
        return daemon::asked_bandwidth(*manifest);
    };
    const std::string limit =
        R"("isolators":[{"name":"resource/network-bandwidth","value":{"default":true,"limit":"1M"}}])";
    const std::string app = R"(,"app":{"exec":["/x"],"user":"0","group":"0",)" + limit + "}";
    const std::string none = R"(,"annotations":[{"name":"podd.org/network","value":"none"}])";
    CHECK(asked(none + "," + limit, app) == std::nullopt);
    CHECK(asked("", "") == std::nullopt);
    CHECK(asked("", app) == 1'000'000);
    CHECK(asked("," + limit, "") == 1'000'000);
}

TEST_CASE("limits of an image are those of the plan") {
    CHECK(daemon::asked_limits({{"MemoryMax", "", 5}, {"IOReadIOPSMax", "/srv", 7}}) ==
          Limits{{"MemoryMax", "", 5}, {"IOReadIOPSMax", "/srv", 7}});
}
