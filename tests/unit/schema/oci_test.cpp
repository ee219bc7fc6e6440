// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/oci_select.h"

using namespace podd;
using base::ErrorCode;
using namespace schema;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string descriptor(std::string_view type, std::string_view more = "") {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":7{}}})", type, kDigest, more);
}
const std::string kConfig = descriptor("application/vnd.oci.image.config.v1+json");
const std::string kLayer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip");

std::string manifest(std::string_view more = "") {
    return fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]{}}})", kConfig, kLayer,
                       more);
}
std::string index_of(std::string_view entries, std::string_view more = "") {
    return fmt::format(R"({{"schemaVersion":2,"manifests":[{}]{}}})", entries, more);
}
std::string entry(std::string_view name, std::string_view platform = "",
                  std::string_view type = kOciManifestType) {
    std::string more;
    if (!name.empty())
        more += fmt::format(R"(,"annotations":{{"org.opencontainers.image.ref.name":"{}"}})", name);
    if (!platform.empty()) more += fmt::format(R"(,"platform":{})", platform);
    return descriptor(type, more);
}

// The same with another digest.
std::string other(std::string_view name) {
    auto text = entry(name);
    text.replace(text.find(kDigest), kDigest.size(), "sha256:" + std::string(64, 'b'));
    return text;
}

const OciPlatform kHost{"amd64", "linux", ""};

}  // namespace

TEST_SUITE("schema/oci") {
    TEST_CASE("a digest is an algorithm and exactly its hex digits") {
        const std::string hex64(64, 'f');
        for (const auto& text : {"sha256:" + hex64, "sha384:" + hex64 + std::string(32, '0'),
                                 "sha512:" + hex64 + hex64}) {
            CAPTURE(text);
            const auto digest = Digest::parse(text);
            REQUIRE(digest.has_value());
            CHECK(digest->str() == text);
            CHECK(fmt::format("{}:{}", digest->algorithm(), digest->hex()) == text);
        }
        for (const auto& text :
             {std::string{}, std::string{"sha256"}, std::string{"sha256:"}, "sha256-" + hex64,
              "sha256:" + hex64 + "0", "sha256:" + std::string(64, 'F'), "sha512:" + hex64,
              "md5:" + std::string(32, '0'), "sha256:" + std::string(63, 'a') + "/",
              "../sha256:" + hex64, "SHA256:" + hex64}) {
            CAPTURE(text);
            CHECK_FALSE(Digest::parse(text).has_value());
        }
    }

    TEST_CASE("media types are told apart, layers whatever their compression") {
        CHECK(media_kind(kOciManifestType) == MediaKind::kManifest);
        CHECK(media_kind(kDockerListType) == MediaKind::kIndex);
        CHECK(media_kind("application/vnd.oci.image.layer.v1.tar") == MediaKind::kLayer);
        CHECK(media_kind("application/vnd.oci.image.layer.v1.tar+zstd") == MediaKind::kLayer);
        CHECK(media_kind("application/vnd.docker.image.rootfs.diff.tar.gzip") == MediaKind::kLayer);
        CHECK(media_kind("application/vnd.oci.image.layer.v1.tar+gzip+encrypted") ==
              MediaKind::kOther);
        CHECK(media_kind("") == MediaKind::kOther);
    }

    TEST_CASE("manifest and index are read by what they are") {
        const auto read = parse_oci_manifest(manifest(), kOciManifestType);
        REQUIRE_MESSAGE(read.has_value(), read.error().message());
        CHECK(read->layers.size() == 1);
        CHECK(read->config.size == 7);
        CHECK(parse_oci_manifest(manifest()).has_value());
        CHECK(parse_oci_manifest(manifest(), "application/vnd.oci.image.manifest.v1+json; x=y")
                  .has_value());
        CHECK(parse_oci_index(index_of(entry("a"))).has_value());
        CHECK_FALSE(parse_oci_index(manifest()).has_value());
        CHECK_FALSE(parse_oci_manifest(index_of(entry("a"))).has_value());
    }

    TEST_CASE("ambiguous and foreign documents are refused with a reason") {
        struct Case {
            std::string text;
            std::string type;
            std::string says;
        };
        for (const auto& c : {
                 Case{manifest(R"(,"manifests":[])"), "", "/config"},
                 Case{manifest(R"(,"manifests":[])"), std::string{kOciManifestType}, "/manifests"},
                 Case{manifest(R"(,"Manifests":[])"), std::string{kOciManifestType}, "/Manifests"},
                 Case{manifest(R"(,"fsLayers":[])"), "", "/fsLayers"},
                 Case{manifest(R"(,"history":[])"), "", "/history"},
                 Case{index_of(entry("a"), R"(,"layers":[])"), "", "/layers"},
                 Case{index_of(entry("a"), ",\"config\":" + kConfig), "", "/config"},
                 Case{manifest(R"(,"mediaType":"application/vnd.oci.image.index.v1+json")"),
                      std::string{kOciManifestType}, "/mediaType"},
                 Case{manifest(R"(,"mediaType":"text/plain")"), "", "/mediaType"},
                 Case{manifest(), "text/html", "text/html"},
                 Case{R"({"schemaVersion":1,"fsLayers":[]})", "", "schema 1"},
                 Case{R"({"schemaVersion":3})", "", "/schemaVersion"},
                 Case{R"({})", "", "/schemaVersion"},
                 Case{R"([])", "", "an object"},
                 Case{R"({"schemaVersion":2})", "", "/config"},
                 Case{fmt::format(R"({{"schemaVersion":2,"config":{}}})", kConfig), "", "/layers"},
                 Case{fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})", kLayer,
                                  kLayer),
                      "", "no container image's"},
                 Case{fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})", kConfig,
                                  descriptor("application/x")),
                      "", "/layers/0"},
                 Case{R"({"schemaVersion":2,"manifests":[{"mediaType":"x","size":1}]})", "",
                      "/manifests/0/digest: found nothing"},
                 Case{R"({"schemaVersion":2,"manifests":[{"mediaType":"x","size":-1,"digest":")" +
                          kDigest + "\"}]}",
                      "", "/manifests/0/size: found -1"},
             }) {
            CAPTURE(c.text);
            const auto read = parse_oci_document(c.text, c.type);
            REQUIRE_FALSE(read.has_value());
            CAPTURE(read.error().message());
            CHECK(read.error().message().find(c.says) != std::string::npos);
        }
    }

    TEST_CASE("a layout is version 1.0.0") {
        CHECK(check_oci_layout(R"({"imageLayoutVersion": "1.0.0"})").has_value());
        CHECK_FALSE(check_oci_layout(R"({"imageLayoutVersion": "2.0.0"})").has_value());
        CHECK_FALSE(check_oci_layout("{}").has_value());
        CHECK_FALSE(check_oci_layout("").has_value());
    }

    TEST_CASE("an image of an index is chosen by name, then by platform") {
        const std::string amd64 = R"({"os":"linux","architecture":"amd64"})";
        const std::string amd64_v3 = R"({"os":"linux","architecture":"amd64","variant":"v3"})";
        const std::string arm64 = R"({"os":"linux","architecture":"arm64","variant":"v8"})";
        const std::string armv5 = R"({"os":"linux","architecture":"arm","variant":"v5"})";
        const std::string armv6 = R"({"os":"linux","architecture":"arm","variant":"v6"})";
        const std::string unknown = R"({"os":"unknown","architecture":"unknown"})";
        struct Case {
            std::vector<std::string> entries;
            std::string reference;
            OciPlatform host;
            std::optional<std::size_t> chosen;
            std::string says;
        };
        const std::vector<Case> cases{
            {{entry("")}, "", kHost, 0, ""},
            {{entry("a"), entry("b")}, "b", kHost, 1, ""},
            {{entry("a"), entry("b")}, "", kHost, {}, "several images"},
            {{entry("a"), entry("b")}, "c", kHost, {}, "there is \"a\", \"b\""},
            {{}, "", kHost, {}, "no image"},
            {{entry("", unknown)}, "", kHost, {}, "no image"},
            {{entry("", arm64), entry("", amd64), entry("", unknown)}, "", kHost, 1, ""},
            {{entry("", amd64_v3), entry("", amd64)}, "", kHost, 1, ""},
            {{entry("", arm64)}, "", kHost, {}, "image is for \"linux/arm64/v8\""},
            {{entry("", armv5), entry("", armv6)}, "", {"arm", "linux", "v7"}, 1, ""},
            {{entry("", arm64)}, "", {"arm64", "linux", "v8"}, 0, ""},
            {{descriptor("application/x"), entry("x")}, "", kHost, 1, ""},
            {{entry("a", amd64, kOciIndexType)}, "a", kHost, 0, ""},
            {{entry("a", amd64), entry("a", arm64)}, "a", kHost, 0, ""},
            {{entry("a", amd64), entry("a", amd64)}, "a", kHost, 0, ""},
            {{entry("a"), other("a")}, "", kHost, {}, "two images here are called \"a\""},
            {{entry("a"), entry("b"), other("a")}, "a", kHost, {}, "two images here"},
            {{entry("a"), other("a"), entry("a", amd64)}, "a", kHost, 2, ""},
            {{entry(""), other("")}, "", kHost, 0, ""},
        };
        for (std::size_t number = 0; number < cases.size(); ++number) {
            const auto& c = cases[number];
            CAPTURE(number);
            OciIndex index;
            for (std::size_t i = 0; i < c.entries.size(); ++i) {
                auto one = parse_oci_index(index_of(c.entries[i]));
                REQUIRE_MESSAGE(one.has_value(), one.error().message());
                one->manifests[0].size = i;  // which of them
                index.manifests.push_back(one->manifests[0]);
            }
            const auto chosen = select_image(index, c.reference, c.host);
            CHECK(chosen.has_value() == c.chosen.has_value());
            if (chosen)
                CHECK(chosen->size == *c.chosen);
            else
                CHECK_MESSAGE(chosen.error().message().find(c.says) != std::string::npos,
                              chosen.error().message());
        }
    }

    TEST_CASE("a docker archive lists its images with safe paths") {
        const auto images = parse_docker_archive(
            R"([{"Config":"a.json","RepoTags":["nginx:latest"],"Layers":["x/layer.tar"]},
                {"Config":"blobs/sha256/)" +
            std::string(64, 'b') +
            R"(","RepoTags":null,"Layers":["./y/layer.tar"],"LayerSources":{}}])");
        REQUIRE_MESSAGE(images.has_value(), images.error().message());
        CHECK(images->at(1).layers[0] == "y/layer.tar");
        CHECK(digest_of_config_path(images->at(1).config)->hex() == std::string(64, 'b'));
        CHECK_FALSE(digest_of_config_path(images->at(0).config).has_value());
        CHECK(digest_of_config_path(std::string(64, 'c') + ".json")->hex() == std::string(64, 'c'));
        CHECK(select_image(*images, "nginx")->config == "a.json");
        CHECK(select_image(*images, "@1")->layers.size() == 1);
        CHECK(select_image(*images, "").error().code() == ErrorCode::kConflict);
        CHECK(select_image(*images, "apache").error().code() == ErrorCode::kNotFound);
        const auto twins = parse_docker_archive(
            R"([{"Config":"a.json","RepoTags":["a:1"],"Layers":[]},
                {"Config":"b.json","RepoTags":["c:1", "a:1"],"Layers":[]}])");
        REQUIRE(twins);
        CHECK(select_image(*twins, "a:1").error().message() ==
              "two images here are called \"a:1\": a.json and b.json");
        CHECK(select_image(*twins, "c:1")->config == "b.json");
        CHECK(select_image(*twins, "@0")->config == "a.json");
        for (const std::string text :
             {"{}", "[]", "[{}]", R"([{"Config":"/etc/x","Layers":[]}])",
              R"([{"Config":"../x","Layers":[]}])", R"([{"Config":"x","Layers":["a/../../b"]}])",
              R"([{"Config":"x","Layers":[""]}])", R"([{"Config":"x","Layers":"y"}])"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_docker_archive(text).has_value());
        }
    }

    TEST_CASE("a configuration is read; null is absent, types are strict") {
        const auto config = parse_oci_config(R"({
            "architecture": "amd64", "os": "linux", "created": "2024-05-01T12:00:00Z",
            "config": {"User": "www", "Env": ["A=b"], "Cmd": null, "Entrypoint": "/bin/x",
                       "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}}, "Labels": null,
                       "WorkingDir": "/srv", "StopSignal": "SIGQUIT", "Healthcheck": {"Test": ["CMD", "/ok"]}},
            "rootfs": {"type": "layers", "diff_ids": [")" +
                                             kDigest + R"("]}, "history": [{}]})");
        REQUIRE_MESSAGE(config.has_value(), config.error().message());
        CHECK(config->entrypoint == std::vector<std::string>{"/bin/x"});
        CHECK(config->exposed_ports == std::vector<std::string>{"80/tcp"});
        CHECK(config->volumes == std::vector<std::string>{"/data"});
        CHECK(config->health.annotations.size() == 1);
        CHECK(config->diff_ids.size() == 1);
        struct Case {
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{"{}", "/rootfs"},
                 Case{R"({"rootfs":{"type":"x"}})", "/rootfs/type: found \"x\""},
                 Case{R"({"rootfs":{"type":"layers","diff_ids":["x"]}})", "/rootfs/diff_ids/0"},
                 Case{R"({"rootfs":{"type":"layers"},"config":{"User":0}})", "/config/User"},
                 Case{R"({"rootfs":{"type":"layers"},"config":{"Env":"A=b"}})", "/config/Env"},
                 Case{R"({"rootfs":{"type":"layers"},"config":{"Env":["A=\u0000"]}})",
                      "/config/Env/0"},
             }) {
            CAPTURE(c.text);
            const auto refused = parse_oci_config(c.text);
            REQUIRE_FALSE(refused.has_value());
            CAPTURE(refused.error().message());
            CHECK(refused.error().message().find(c.says) != std::string::npos);
        }
    }
}
