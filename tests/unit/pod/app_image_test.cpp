// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/app_image.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

TEST_SUITE("pod/app_image") {
    TEST_CASE("a missing image: where it is fetched from, or else a file") {
        const std::string digits(64, 'a');
        struct Row {
            std::string image, annotations, remedy;
        };
        for (
            const auto& [image, annotations, remedy] : std::vector<Row>{
                {R"("name":"nginx")", "", "run 'podctl import FILE'"},
                {R"("id":"sha256:)" + digits + '"', "", "run 'podctl import FILE'"},
                {R"("name":"example.com/app")", "",
                 "run 'podctl fetch example.com/app' or 'podctl import FILE'"},
                {R"("name":"example.com/app","labels":[{"name":"version","value":"1.0"}])", "",
                 "run 'podctl fetch example.com/app:1.0' or 'podctl import FILE'"},
                {R"("name":"docker.io/library/nginx",
                     "labels":[{"name":"version","value":"1.27"}])",
                 "", "run 'podctl fetch docker://docker.io/library/nginx:1.27'"},
                {R"("name":"docker.io/library/nginx","id":"sha256:)" + digits + '"', "",
                 "run 'podctl fetch docker://docker.io/library/nginx@sha256:" + digits + "'"},
                {R"("name":"example.com/app")",
                 R"({"name":"podd.org/pull-policy","value":"missing"})",
                 "run 'podctl fetch docker://example.com/app:latest'"},
                {R"("name":"app")",
                 R"({"name":"podd.org/pull-from","value":"https://example.com/app.aci?key=secret"})",
                 "run 'podctl fetch https://example.com/app.aci?…'"},
                {R"("name":"example.com/app")",
                 R"({"name":"podd.org/pull-from","value":"example.com/app:2"},
                     {"name":"podd.org/pull-policy","value":"never"})",
                 "run 'podctl fetch example.com/app:2' or 'podctl import FILE'"},
            }) {
            CAPTURE(image);
            const auto manifest = schema::PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11",
                     "apps":[{{"name":"a","image":{{{}}},"annotations":[{}]}}]}})",
                image, annotations));
            REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
            CHECK(pod::image_remedy(manifest->apps.front()) == remedy);
        }
    }
}
