// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/metadata_record.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

TEST_SUITE("plan/metadata_record") {
    TEST_CASE("a record survives writing and reading, texts byte by byte") {
        plan::MetadataRecord record{.pod = "web",
                                    .uuid = "6733c088-a507-4694-aabf-0edebea70a4c",
                                    .token = std::string(plan::kMetadataTokenDigits, 'a'),
                                    .manifest = "{ \"acKind\":\t\"PodManifest\",\n\"x\": [1.50] }",
                                    .annotations = plan::MetadataAnnotations{std::in_place},
                                    .apps = {}};
        record.annotations->emplace_back("example.com/a", "ü\n\"");
        record.apps = {{"nginx", "sha512-00", "{}", std::nullopt},
                       {"php", "sha256:00", "null", plan::MetadataAnnotations{std::in_place}}};
        const auto text = plan::to_json(record).str();
        const auto back = plan::parse_metadata_record(text);
        REQUIRE(back);
        CHECK(plan::to_json(*back).str() == text);
        CHECK(back->manifest == record.manifest);
        CHECK(back->annotations == record.annotations);
        // No list and an empty one are two things.
        CHECK(back->apps.at(0).annotations == std::nullopt);
        CHECK(back->apps.at(1).annotations.value().empty());
    }

    TEST_CASE("a member that is missing or of another type is named") {
        struct Case {
            std::string_view member, text;
        };
        constexpr std::string_view kHead =
            R"("pod": "web", "uuid": "u", "token": "t", "manifest": "{}")";
        for (const auto& c : {
                 Case{"pod", R"({})"},
                 Case{"token", R"({"pod": "web", "uuid": "u", "token": 1})"},
                 Case{"apps", R"({HEAD})"},
                 Case{"apps", R"({HEAD, "apps": {}})"},
                 Case{"annotations", R"({HEAD, "apps": [], "annotations": null})"},
                 Case{"annotations", R"({HEAD, "apps": [], "annotations": [["a"]]})"},
                 Case{"annotations", R"({HEAD, "apps": [], "annotations": [["a", 1]]})"},
                 Case{"imageId", R"({HEAD, "apps": [{"name": "a"}]})"},
             }) {
            CAPTURE(c.text);
            std::string text{c.text};
            if (const auto at = text.find("HEAD"); at != std::string::npos)
                text.replace(at, 4, kHead);
            const auto record = plan::parse_metadata_record(text);
            REQUIRE_FALSE(record.has_value());
            CHECK(record.error().code() == base::ErrorCode::kCorrupt);
            CHECK(record.error().message() ==
                  fmt::format("member \"{}\" is missing or has a wrong value", c.member));
        }
    }
}
