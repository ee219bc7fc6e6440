// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/aci_lines.h"

#include <variant>

#include <doctest/doctest.h>

#include "daemon/verifier_unit.h"

using namespace podd;

TEST_SUITE("daemon/aci_lines") {
    TEST_CASE("what the fetcher says of an ACI") {
        const auto says = daemon::fetcher_line(
            R"({"fetched":{"kind":"aci","file":"image.aci","signature":"image.aci.asc",)"
            R"("url":"https://a.b/x.aci","name":"","etag":"\"e\"","max_age":60,"not_modified":false}})");
        REQUIRE(says);
        const auto* fetched = std::get_if<daemon::FetchedImage>(&*says);
        REQUIRE(fetched != nullptr);
        REQUIRE(fetched->aci);
        CHECK(fetched->aci->url == "https://a.b/x.aci");
        CHECK(fetched->aci->etag == "\"e\"");
        CHECK(fetched->aci->max_age == 60);
        CHECK(fetched->aci->has_signature);
        CHECK_FALSE(fetched->aci->not_modified);
        CHECK_FALSE(daemon::fetcher_line(R"({"fetched":{"kind":"aci"}})"));
        // What it leaves out is the worse.
        const auto bare = daemon::fetcher_line(R"({"fetched":{"kind":"aci","url":"x"}})");
        REQUIRE(bare);
        CHECK_FALSE(std::get<daemon::FetchedImage>(*bare).aci->has_signature);
    }

    TEST_CASE("what the importer says of a manifest") {
        const auto says = daemon::manifest_line(
            R"({"aci":{"name":"a.b/top","labels":[],"dependencies":[{"imageName":"a.b/base"}]}})");
        REQUIRE(says);
        const auto* manifest = std::get_if<schema::ImageManifest>(&*says);
        REQUIRE(manifest != nullptr);
        CHECK(manifest->dependencies.front().image_name.str() == "a.b/base");
        for (const char* line :
             {"{}", R"({"aci":{}})", R"({"aci":"x"})", R"({"aci":{"name":"A"}})"})
            CHECK_FALSE(daemon::manifest_line(line));
    }

    TEST_CASE("keys are matched with the files that they were found in") {
        const auto fetched =
            daemon::fetched_keys(R"({"keys":[{"url":"https://a.b/k","file":"keys/0.asc"}]})");
        REQUIRE(fetched);
        CHECK_FALSE(daemon::fetched_keys(R"({"keys":[{"url":"","file":"keys/0.asc"}]})"));
        CHECK(daemon::fetched_keys(R"({"error":{"code":"NotFound","message":"no"}})")
                  .error()
                  .code() == base::ErrorCode::kNotFound);
        const auto found = daemon::found_keys(*fetched, {{"keys/0.asc", {}}});
        REQUIRE(found);
        CHECK(found->front().url == "https://a.b/k");
        CHECK_FALSE(daemon::found_keys(*fetched, {{"keys/1.asc", {}}}));
        CHECK_FALSE(daemon::found_keys({}, {}));
    }
}
