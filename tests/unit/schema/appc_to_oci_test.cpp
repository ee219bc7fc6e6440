// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/appc_to_oci.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/oci.h"
#include "schema/oci_select.h"
#include "schema/oci_to_appc.h"
#include "schema/root_manifest.h"

using namespace podd;
using namespace podd::schema;

namespace {

ImageManifest manifest(std::string_view app, std::vector<Label> labels = {}) {
    RootSettings settings{AcIdentifier::parse("example.com/hello").value(), std::move(labels)};
    if (!app.empty()) settings.app = base::Json::parse(app).value();
    return root_manifest(settings, "aarch64").value();
}

Label made_label(std::string_view name, std::string value) {
    return {AcIdentifier::parse(name).value(), std::move(value)};
}

constexpr std::string_view kHex =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

constexpr std::string_view kApp = R"({"exec":["/bin/hello","--world"],"user":"7","group":"8",
    "workingDirectory":"/srv","environment":[{"name":"PATH","value":"/bin"}],
    "ports":[{"name":"http","protocol":"tcp","port":80}],
    "mountPoints":[{"name":"data","path":"/data"}]})";

}  // namespace

TEST_SUITE("schema/appc_to_oci") {
    TEST_CASE("a manifest comes back from the configuration it became") {
        const auto text = oci_config_of(manifest(kApp), std::string{kHex});
        const auto config = parse_oci_config(text);
        REQUIRE(config);
        CHECK(config->diff_ids.front().hex() == kHex);
        const auto image =
            to_image_manifest(*config, image_name_of("example.com/hello", "").value());
        REQUIRE(image);
        CHECK(image->notes.empty());
        const App& app = *image->manifest.app;
        CHECK(app.exec == std::vector<std::string>{"/bin/hello", "--world"});
        CHECK(app.user == "7");
        CHECK(app.group == "8");
        CHECK(app.working_directory == "/srv");
        CHECK(app.environment == std::vector<EnvironmentVariable>{{"PATH", "/bin"}});
        REQUIRE(app.ports.size() == 1);
        CHECK(app.ports[0].port == 80);
        REQUIRE(app.mount_points.size() == 1);
        CHECK(app.mount_points[0].path == "/data");
        CHECK(image->manifest.labels ==
              std::vector<Label>{made_label("os", "linux"), made_label("arch", "aarch64")});
    }

    TEST_CASE("what OCI has no place for is refused") {
        struct {
            const char* app;
            const char* named;
        } cases[] = {
            {R"("isolators":[{"name":"resource/memory","value":{"limit":"1G"}}])",
             "resource/memory"},
            {R"("mountPoints":[{"name":"data","path":"/data","readOnly":true}])", "data"},
            {R"("mountPoints":[{"name":"data","path":"/data"}])", nullptr},
        };
        for (const auto& one : cases) {
            CAPTURE(one.app);
            const auto fits = check_fits_oci(
                manifest(fmt::format(R"({{"exec":["/a"],"user":"0","group":"0",{}}})", one.app)));
            CHECK(fits.has_value() == (one.named == nullptr));
            if (one.named == nullptr) continue;
            CHECK(fits.error().code() == base::ErrorCode::kUnsupported);
            CHECK(fits.error().message().find(one.named) != std::string::npos);
        }
        CHECK_FALSE(check_fits_oci(manifest(R"({"exec":["/a"],"user":"/etc","group":"0"})")));
        CHECK(check_fits_oci(manifest("")));
    }

    TEST_CASE("architectures get OCI's words") {
        struct {
            const char* arch;
            const char* architecture;
            const char* variant;
        } cases[] = {{"amd64", "amd64", ""}, {"aarch64", "arm64", ""}, {"i386", "386", ""},
                     {"armv6l", "arm", ""},  {"armv7l", "arm", "v7"},  {"riscv64", "riscv64", ""}};
        for (const auto& one : cases) {
            CAPTURE(one.arch);
            const auto config = parse_oci_config(oci_config_of(
                manifest("", {made_label("os", "linux"), made_label("arch", one.arch)}),
                std::string{kHex}));
            REQUIRE(config);
            CHECK(config->platform == OciPlatform{one.architecture, "linux", one.variant});
        }
    }

    TEST_CASE("an index names its image, with the version where there is one") {
        for (const char* version : {"", "1.0"}) {
            std::vector<Label> labels;
            if (*version != '\0') labels.push_back(made_label("version", version));
            const auto index = parse_oci_index(
                oci_index_of({std::string{kHex}, 7}, manifest("", std::move(labels))));
            REQUIRE(index);
            REQUIRE(index->manifests.size() == 1);
            const auto& entry = index->manifests.front();
            CHECK(entry.digest.hex() == kHex);
            CHECK(entry.size == 7);
            CHECK(entry.platform->architecture == "arm64");
            const std::string name{reference_of(entry)};
            CHECK(name == (*version == '\0' ? "example.com/hello" : "example.com/hello:1.0"));
        }
        CHECK(check_oci_layout(kOciLayoutText));
    }

    TEST_CASE("an index says of an image what is known of it, and nothing else") {
        const auto digest = fmt::format("sha256:{}", kHex);
        const auto bare = parse_oci_index(oci_index_of(
            {.media_type = std::string{kDockerManifestType}, .digest = digest, .size = 9}));
        REQUIRE(bare);
        REQUIRE(bare->manifests.size() == 1);
        const auto& entry = bare->manifests.front();
        CHECK(entry.media_type == kDockerManifestType);
        CHECK(entry.digest.str() == digest);
        CHECK(entry.size == 9);
        CHECK(reference_of(entry).empty());
        CHECK_FALSE(entry.platform);
    }
}
