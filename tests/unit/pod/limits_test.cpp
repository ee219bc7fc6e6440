// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/limits.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

namespace {

store::ImageRecord image_with(const std::string& isolators) {
    auto manifest = schema::ImageManifest::parse(fmt::format(
        R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/a",
             "app":{{"exec":["/a"],"user":"0","group":"0","isolators":[{}]}}}})",
        isolators));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return {.id = "sha512-" + std::string(128, '0'),
            .manifest = std::move(*manifest),
            .trees = {},
            .blobs = {},
            .verification = {}};
}

translate::Pod pod_with(const std::string& app_members) {
    auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11",
             "apps":[{{"name":"a","image":{{"name":"example.com/a"}}{}}}]}})",
        app_members));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return {*schema::PodName::parse("web"), std::move(*manifest), "/etc/podd/pods.d/web.json"};
}

std::string planned(const translate::Pod& pod, const std::string& isolators) {
    const auto limits = pod::plan_limits(pod, pod.manifest.apps.front(), image_with(isolators));
    if (!limits) return limits.error().message();
    std::string text;
    for (const auto& limit : *limits)
        text += fmt::format("{}={}{}\n", limit.property, limit.path.empty() ? "" : limit.path + " ",
                            limit.value);
    return text;
}

}  // namespace

TEST_SUITE("pod/limits") {
    TEST_CASE("isolators that only the image has become properties of the unit") {
        struct Row {
            std::string isolators, wanted;
        };
        const auto pod = pod_with("");
        for (const auto& [isolators, wanted] :
             {Row{"", ""},
              Row{R"({"name":"resource/memory","value":{"limit":"64Mi","request":"1Mi"}})",
                  "MemoryLow=1048576\nMemoryMax=67108864\n"},
              Row{R"({"name":"resource/cpu","value":{"limit":"1500m","request":"2"}})",
                  "CPUWeight=150\nCPUQuotaPerSecUSec=1500000\n"},
              Row{R"({"name":"resource/block-iops","value":{"default":true,"limit":"5"}})",
                  "IOReadIOPSMax=/var/lib/podd 5\nIOWriteIOPSMax=/var/lib/podd 5\n"},
              Row{R"({"name":"podd.org/tasks-max","value":64})", "TasksMax=64\n"},
              Row{R"({"name":"podd.org/allowed-cpus","value":"0"})",
                  "the image has an isolator for AllowedCPUs=: processors and memory nodes are the "
                  "host's, wanted it in the pod's manifest"},
              Row{R"({"name":"os/linux/oom-score-adj","value":100})", ""},
              Row{R"({"name":"resource/memory","value":{"limit":"0"}})",
                  "isolator \"resource/memory\": found a limit of 0, wanted more than that"}}) {
            CAPTURE(isolators);
            CHECK(planned(pod, isolators) == wanted);
        }
    }

    TEST_CASE("an app that the manifest describes has none: its unit says them") {
        const auto pod = pod_with(R"(,"app":{"exec":["/a"],"user":"0","group":"0"})");
        CHECK(planned(pod, R"({"name":"resource/memory","value":{"limit":"64Mi"}})").empty());
    }
}
