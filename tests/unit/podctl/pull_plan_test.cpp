// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pull_plan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;
using namespace podd::podctl;

namespace {

std::string app(const std::string& name, const std::string& image, const std::string& policy) {
    const auto annotation =
        fmt::format(R"(,"annotations":[{{"name":"podd.org/pull-policy","value":"{}"}}])", policy);
    return fmt::format(R"({{"name":"{}","image":{{"name":"{}"}}{}}})", name, image,
                       policy.empty() ? "" : annotation);
}

translate::Pod pod(const std::string& apps) {
    auto manifest = schema::PodManifest::parse(
        fmt::format(R"({{"acVersion":"0.8.11","acKind":"PodManifest","apps":[{}]}})", apps));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return {*schema::PodName::parse("web"), *std::move(manifest), {}};
}

// "one=missing docker://x.org/a:latest"
std::string told(const translate::Pod& pod, const std::string& override) {
    const auto images = images_to_pull(pod, override);
    REQUIRE_MESSAGE(images.has_value(), images.error().message());
    std::string text;
    for (const auto& image : *images)
        text += fmt::format("{}={} {};", image.app, policy_word(image.policy),
                            schema::str(image.reference));
    return text;
}

}  // namespace

TEST_SUITE("podctl/pull_plan") {
    TEST_CASE("each app has its own policy, and an option is for all") {
        const auto value =
            pod(app("one", "x.org/a", "missing") + "," + app("two", "x.org_5000/b", "always") +
                "," + app("three", "x.org/c", "never") + "," + app("four", "x.org/d", ""));
        CHECK(told(value, "") ==
              "one=missing docker://x.org/a:latest;"
              "two=always docker://x.org:5000/b:latest;");
        CHECK(told(value, "never").empty());
        CHECK(told(value, "new") ==
              "one=missing docker://x.org/a:latest;"
              "two=missing docker://x.org:5000/b:latest;"
              "three=missing docker://x.org/c:latest;"
              "four=missing docker://x.org/d:latest;");
        CHECK(told(value, "update").find("four=always") != std::string::npos);
    }

    TEST_CASE("an image of several apps is asked for once, as often as one of them wants") {
        const auto value =
            pod(app("one", "x.org/a", "missing") + "," + app("two", "x.org/a", "always") + "," +
                app("three", "x.org/a", "missing"));
        CHECK(told(value, "") == "one=always docker://x.org/a:latest;");
    }

    TEST_CASE("what cannot be fetched is said with pod, app and image") {
        const auto images = images_to_pull(pod(app("one", "plain", "")), "missing");
        REQUIRE_FALSE(images.has_value());
        CHECK(images.error().message().starts_with("pod \"web\": app \"one\": image \"plain\": "));
    }
}
