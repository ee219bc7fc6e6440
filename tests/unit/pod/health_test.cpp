// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/health.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "scratch_folder.h"

using namespace podd;

namespace {

using Words = std::vector<std::string>;

store::ImageRecord image(const char* annotations) {
    auto manifest = schema::ImageManifest::parse(fmt::format(
        R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/a","annotations":[{}]}})",
        annotations));
    REQUIRE(manifest);
    return {.id = "sha512-" + std::string(128, '0'),
            .manifest = std::move(*manifest),
            .trees = {},
            .blobs = {},
            .verification = {}};
}

base::Result<schema::PodManifest> manifest(const char* annotations) {
    return schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[
            {{"name":"a","image":{{"name":"example.com/a"}},"annotations":[{}]}},
            {{"name":"b","image":{{"name":"example.com/a"}}}}]}})",
        annotations));
}

// The plan that the first app gets; nothing where it gets none.
std::optional<plan::HealthPlan> planned(const char* of_pod, const char* of_image,
                                        Words* warnings = nullptr) {
    const test::ScratchFolder folder;
    const auto pod = manifest(of_pod);
    REQUIRE(pod);
    Words said;
    REQUIRE(pod::plan_health(pod->apps.front(), image(of_image), folder.fd(), said));
    if (warnings != nullptr) *warnings = said;
    auto plan = plan::read_health_plan(folder.fd(), "a");
    return plan ? std::optional{*plan} : std::nullopt;
}

constexpr const char* kOfImage = R"({"name":"podd.org/health-cmd","value":"[\"/image\"]"},
                                    {"name":"podd.org/health-interval","value":"7s"})";

}  // namespace

TEST_SUITE("pod/health") {
    TEST_CASE("who asks for nothing gets nothing; docker's defaults fill the rest") {
        CHECK_FALSE(planned("", ""));
        const auto plan = planned("", kOfImage);
        REQUIRE(plan);
        CHECK(*plan ==
              plan::HealthPlan{
                  {"/image"}, 7'000'000, 30'000'000, 3, 0, 5'000'000, plan::HealthAction::kNone});
    }

    TEST_CASE("the manifest takes away, replaces or adds to what the image asks for") {
        CHECK_FALSE(planned(R"({"name":"podd.org/health-cmd","value":"none"})", kOfImage));
        const auto own = planned(R"({"name":"podd.org/health-cmd","value":"true"},
                                    {"name":"podd.org/health-on-failure","value":"restart"})",
                                 kOfImage);
        REQUIRE(own);
        CHECK(own->argv == Words{"/bin/sh", "-c", "true"});
        CHECK(own->interval_usec == 30'000'000);
        CHECK(own->on_failure == plan::HealthAction::kRestart);
        const auto more =
            planned(R"({"name":"podd.org/health-on-failure","value":"stop"})", kOfImage);
        REQUIRE(more);
        CHECK(more->argv == Words{"/image"});
        CHECK(more->on_failure == plan::HealthAction::kStop);
    }

    TEST_CASE("what has no effect is said") {
        Words warnings;
        CHECK_FALSE(planned(R"({"name":"podd.org/health-retries","value":"2"})", "", &warnings));
        REQUIRE(warnings.size() == 1);
        CHECK(warnings.front().find("have no effect") != std::string::npos);
        CHECK_FALSE(planned(R"({"name":"podd.org/init","value":"true"})", kOfImage, &warnings));
        REQUIRE(warnings.size() == 1);
        CHECK(warnings.front().find("init app") != std::string::npos);
    }

    TEST_CASE("a manifest that asks for the impossible is refused") {
        CHECK(manifest(R"({"name":"podd.org/health-cmd","value":"true"})"));
        CHECK_FALSE(manifest(R"({"name":"podd.org/health-cmd","value":""})"));
        CHECK_FALSE(manifest(R"({"name":"podd.org/health-cmd","value":"true"},
                                {"name":"podd.org/init","value":"true"})"));
        CHECK(manifest(R"({"name":"podd.org/health-cmd","value":"none"},
                          {"name":"podd.org/init","value":"true"})"));
        CHECK_FALSE(manifest(R"({"name":"podd.org/health-command","value":"true"})"));
    }
}
