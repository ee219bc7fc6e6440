// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pod_arguments.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

namespace {

schema::PodManifest pod(const std::string& apps) {
    auto manifest = schema::PodManifest::parse(
        fmt::format(R"({{"acVersion":"0.8.11","acKind":"PodManifest","apps":[{}]}})", apps));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return *std::move(manifest);
}

}  // namespace

TEST_SUITE("podctl/pod_arguments") {
    TEST_CASE("arguments are those of the pod's one app, and win over the manifest's") {
        for (const char* app : {R"({"name":"a","image":{"name":"x"}})",
                                R"({"name":"a","image":{"name":"x"},"args":["of","manifest"]})"}) {
            auto manifest = pod(app);
            REQUIRE(podctl::set_arguments(manifest, {"-x", ""}));
            const auto sent = schema::PodManifest::parse(manifest.to_json().str());
            REQUIRE(sent);
            CHECK(sent->apps.front().args == std::vector<std::string>{"-x", ""});
        }
    }

    TEST_CASE("where it is not said whose they are, or the app has its own, they are refused") {
        auto two = pod(R"({"name":"a","image":{"name":"x"}},{"name":"b","image":{"name":"x"}})");
        CHECK(podctl::set_arguments(two, {"x"}).error().message().find("this pod has 2") !=
              std::string::npos);
        auto whole = pod(
            R"({"name":"a","image":{"name":"x"},"app":{"exec":["/x"],"user":"0","group":"0"}})");
        CHECK(podctl::set_arguments(whole, {"x"}).error().message().find("app \"a\" has its own") !=
              std::string::npos);
    }
}
