// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/enforcement.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/pod_manifest.h"

using namespace podd;

namespace {

std::vector<schema::Isolator> isolators(const std::string& list) {
    auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","isolators":[{}],
             "apps":[{{"name":"a","image":{{"name":"example.com/a"}}}}]}})",
        list));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return manifest->isolators;
}

std::string isolator(const std::string& name, const std::string& value) {
    return fmt::format(R"({{"name":"{}","value":{}}})", name, value);
}

}  // namespace

TEST_SUITE("pod/enforcement") {
    TEST_CASE("an isolator needs its controller, and the processors that it names") {
        const pod::HostLimits all{"cpuset cpu io memory hugetlb pids", "0-3", "0"};
        const pod::HostLimits none{"", "0-3", "0"};
        struct Row {
            std::string name, value;
            const pod::HostLimits& host;
            std::string why;
        };
        const std::string no = "this host's control groups have no controller ";
        const pod::HostLimits others{"cpuset cpu io memoryx pids", "0-3", "0"};
        for (const auto& [name, value, host, why] : std::vector<Row>{
                 {"resource/memory", R"({"limit":"1Mi"})", all, ""},
                 {"resource/memory", R"({"limit":"1Mi"})", none, no + "\"memory\""},
                 {"resource/memory", R"({"request":"1Mi"})", none, no + "\"memory\""},
                 {"resource/memory", R"({"limit":"1Mi"})", others, no + "\"memory\""},
                 {"resource/memory", "{}", none, ""},
                 {"resource/cpu", R"({"limit":"1"})", none, no + "\"cpu\""},
                 {"resource/block-iops", R"({"default":true,"limit":"9"})", none, no + "\"io\""},
                 {"os/linux/cpu-shares", "2", none, no + "\"cpu\""},
                 {"os/linux/oom-score-adj", "2", none, ""},
                 {"os/linux/no-new-privileges", "true", none, ""},
                 {"podd.org/tasks-max", "2", none, no + "\"pids\""},
                 {"podd.org/tasks-max", "2", all, ""},
                 {"podd.org/memory-swap-max", "0", none, no + "\"memory\""},
                 {"podd.org/io-weight", "9", none, no + "\"io\""},
                 {"podd.org/allowed-cpus", "\"0\"", none, no + "\"cpuset\""},
                 {"podd.org/allowed-cpus", "\"0,3\"", all, ""},
                 {"podd.org/allowed-cpus", "\"2-4\"", all, "this host has the processors 0-3 only"},
                 {"podd.org/allowed-memory-nodes", "\"1\"", all,
                  "this host has the memory nodes 0 only"},
                 {"resource/network-bandwidth", R"({"default":true,"limit":"1M"})", none, ""},
             }) {
            CAPTURE(name);
            CAPTURE(value);
            const auto found = pod::without_effect(isolators(isolator(name, value)),
                                                   {translate::Scope::kApp, ""}, host);
            REQUIRE(found.size() == (why.empty() ? 0 : 1));
            if (found.empty()) continue;
            CHECK(found[0].isolator == name);
            CHECK(found[0].why == why);
        }
    }

    TEST_CASE("a limit without effect is an error, or noted where the manifest says so") {
        // No host limits a network that is not there, whatever its controllers are.
        const pod::LimitScope scope{translate::Scope::kApp, "there is no network"};
        const auto list =
            isolators(isolator("resource/network-bandwidth", R"({"default":true,"limit":"1M"})"));
        pod::Enforcement enforcement;
        const auto refused = enforcement.check("app a", list, scope, false);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code() == base::ErrorCode::kUnsupported);
        CHECK(refused.error().message() ==
              "isolator \"resource/network-bandwidth\" would have no effect: there is no "
              "network; annotation \"podd.org/best-effort\" says that "
              "the pod is to start "
              "all the same");
        CHECK(enforcement.notes().empty());
        CHECK(enforcement.check("app a", list, scope, true).has_value());
        REQUIRE(enforcement.notes().size() == 1);
        CHECK(enforcement.notes()[0] ==
              "app a: isolator resource/network-bandwidth has no effect: there is no "
              "network");
    }
}
