// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/metadata.h"

#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

namespace {

store::ImageRecord image(store::ImageKind kind, std::string_view annotations = "[]") {
    auto manifest = schema::ImageManifest::parse(fmt::format(
        R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/a","annotations":{},
            "app":{{"exec":["/srv"],"user":"0","group":"0",
                    "mountPoints":[{{"name":"data","path":"/data"}}]}}}})",
        annotations));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return {.id = "sha512-" + std::string(128, '0'),
            .kind = kind,
            .manifest = std::move(*manifest),
            .trees = {},
            .blobs = {},
            .verification = {}};
}

schema::PodManifest manifest_of(std::string_view app_members, std::string_view pod_members) {
    auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11",
            "apps":[{{"name":"one","image":{{"name":"example.com/a"}}{}}}]{}}})",
        app_members, pod_members));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return std::move(*manifest);
}

plan::MetadataRecord record_of(const schema::PodManifest& manifest,
                               const store::ImageRecord& record) {
    auto metadata = pod::Metadata::begin("web", "u", manifest);
    REQUIRE(metadata.has_value());
    metadata->add(pod::resolve(manifest, manifest.apps.front(), record).value(), record);
    return std::move(*metadata).finish();
}

}  // namespace

TEST_SUITE("pod/metadata") {
    TEST_CASE("who has the service: who asks, and ACIs; nobody in the host's network") {
        using schema::Network;
        using store::ImageKind;
        using Wish = std::optional<plan::Metadata>;
        struct Case {
            Network network;
            std::optional<bool> asked;
            ImageKind first, second;
            Wish wish;
        };
        for (const auto& c : {
                 Case{Network::kNone, {}, ImageKind::kOci, ImageKind::kOci, {}},
                 Case{Network::kNone,
                      {},
                      ImageKind::kOci,
                      ImageKind::kAci,
                      plan::Metadata::kOffered},
                 Case{Network::kNone, true, ImageKind::kOci, ImageKind::kOci,
                      plan::Metadata::kRequired},
                 Case{Network::kNone, true, ImageKind::kAci, ImageKind::kAci,
                      plan::Metadata::kRequired},
                 Case{Network::kNone, false, ImageKind::kAci, ImageKind::kAci, {}},
                 Case{Network::kDefault,
                      {},
                      ImageKind::kAci,
                      ImageKind::kAci,
                      plan::Metadata::kOffered},
                 Case{Network::kHost, {}, ImageKind::kAci, ImageKind::kAci, {}},
                 Case{Network::kHost, true, ImageKind::kAci, ImageKind::kAci, {}},
             }) {
            schema::PodSettings settings;
            settings.network = c.network;
            settings.metadata = c.asked;
            CHECK(pod::metadata_wish(settings, {image(c.first), image(c.second)}) == c.wish);
        }
    }

    TEST_CASE("each run has another token, of 256 bits") {
        const auto manifest = manifest_of("", "");
        const auto one = pod::Metadata::begin("web", "u", manifest);
        const auto other = pod::Metadata::begin("web", "u", manifest);
        constexpr std::string_view kStart = "http://127.0.0.1:18112/";
        CHECK(one->url().starts_with(kStart));
        CHECK(one->url().size() == kStart.size() + 64);
        CHECK(one->url() != other->url());
    }

    TEST_CASE("annotations of the image and the app are merged as the specification says") {
        const auto with =
            image(store::ImageKind::kAci, R"([{"name":"a","value":"1"},{"name":"b","value":"2"}])");
        const auto manifest = manifest_of(
            R"(,"annotations":[{"name":"c","value":"3"},{"name":"a","value":"4"}])", "");
        const auto record = record_of(manifest, with);
        CHECK(record.annotations == std::nullopt);
        using List = std::vector<std::pair<std::string, std::string>>;
        CHECK(record.apps.at(0).annotations.value() == List{{"a", "4"}, {"b", "2"}, {"c", "3"}});
        CHECK(record_of(manifest_of("", ""), image(store::ImageKind::kAci)).apps[0].annotations ==
              std::nullopt);
    }

    TEST_CASE("the manifest is reified: ids, what is run, a volume for each mount point") {
        const auto manifest =
            manifest_of("", R"(,"annotations":[{"name":"example.com/x","value":"y"}])");
        const auto record = record_of(manifest, image(store::ImageKind::kAci));
        const auto back = schema::PodManifest::parse(record.manifest);
        REQUIRE_MESSAGE(back.has_value(), back.error().message());
        const auto& app = back->apps.front();
        CHECK(app.image.id == record.apps.at(0).image_id);
        CHECK(app.image.name->str() == "example.com/a");
        REQUIRE(app.app.has_value());
        CHECK(app.app->exec == std::vector<std::string>{"/srv"});
        REQUIRE(app.mounts.size() == 1);
        CHECK(app.mounts[0].path == "/data");
        REQUIRE(app.mounts[0].app_volume.has_value());
        CHECK(app.mounts[0].app_volume->kind == schema::Volume::Kind::kEmpty);
        CHECK(back->annotations == manifest.annotations);
        CHECK(record.annotations.value().at(0).second == "y");
    }

    TEST_CASE("an image's manifest is served as it came") {
        auto as_it_came = image(store::ImageKind::kAci);
        const auto ours = as_it_came.manifest.to_json().str();
        CHECK(record_of(manifest_of("", ""), as_it_came).apps.at(0).image_manifest == ours);
        as_it_came.manifest_text = "{ \"unknown\": 1 }\n";
        CHECK(record_of(manifest_of("", ""), as_it_came).apps.at(0).image_manifest ==
              as_it_came.manifest_text);
    }

    TEST_CASE("what the service would not take is refused at the start") {
        plan::MetadataRecord record;
        record.manifest = std::string(plan::kMetadataMaxBytes, ' ');
        const auto written = pod::write_metadata(-1, record);
        REQUIRE_FALSE(written.has_value());
        CHECK(written.error().code() == base::ErrorCode::kInvalidArgument);
        CHECK(written.error().message().find(schema::kMetadata) != std::string::npos);
    }
}
