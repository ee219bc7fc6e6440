// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "schema/image_reference.h"
#include "schema/oci_select.h"
#include "schema/platform.h"
#include "schema/uuid.h"
#include "schema/warnings.h"

using namespace podd::schema;

TEST_SUITE("schema/references") {
    TEST_CASE("image strings of the command line") {
        const auto worker = parse_image_reference("example.com/reduce-worker:1.0.0");
        REQUIRE(worker.has_value());
        CHECK(worker->name->str() == "example.com/reduce-worker");
        CHECK(label(worker->labels, "version") == "1.0.0");
        CHECK(str(*worker) == "example.com/reduce-worker:1.0.0");
        const auto two =
            parse_image_reference("example.com/reduce-worker,channel=alpha,label=value");
        REQUIRE(two.has_value());
        CHECK(two->labels.size() == 2);
        CHECK(str(*two) == "example.com/reduce-worker,channel=alpha,label=value");
        const auto literal =
            parse_image_reference("example.com/app:1.2.3,special=!*'();@&+$/?#[],channel=beta");
        REQUIRE(literal.has_value());
        CHECK(label(literal->labels, "special") == "!*'();@&+$/?#[]");
        CHECK(parse_image_reference("a:")->labels.empty());
        CHECK(parse_image_reference("a,b=c=d")->labels[0].value == "c=d");
        CHECK(label(parse_image_reference("localhost:5000/x")->labels, "version") == "5000/x");
        const std::string id = "sha256:" + std::string(64, 'a');
        CHECK(parse_image_reference(id)->id == id);
        CHECK(str(*parse_image_reference(id)) == id);
        for (const std::string text :
             {"", "not an app name", "example.com/garbage%8 939",
              "foo.com/bar,channel=alpha,dog=woof,channel=beta",
              "example.com/app,channel=beta:1.2.3", "example.com/app:3.2.1,channel=beta:1.2.3",
              "example.com/app:3.2.1,version=1.2.3", "a:1:2", "a,name=b", "a,b", "a,", "a,b=c,",
              "sha512-ab", "a,os=haiku", "a,os=linux,arch=x86_64"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_image_reference(text).has_value());
        }
        CHECK(parse_labels("")->empty());
        CHECK(parse_labels("a=1,b=2")->size() == 2);
        CHECK_FALSE(parse_labels("a").has_value());
    }

    TEST_CASE("UUIDs are read in any usual form and written in one") {
        for (const std::string text :
             {"6733C088-A507-4694-AABF-EDBE4FC5266F", "6733c088a5074694aabfedbe4fc5266f",
              "6-733c088a5074694aabfedbe4fc5266-f"})
            CHECK(Uuid::parse(text)->str() == "6733c088-a507-4694-aabf-edbe4fc5266f");
        for (const std::string text :
             {"", "6733c088-a507-4694-aabf-edbe4fc5266", "6733c088-a507-4694-aabf-edbe4fc5266f0",
              "6733c088-a507-4694-aabf-edbe4fc5266g", "{6733c088-a507-4694-aabf-edbe4fc5266f}",
              "urn:uuid:6733c088-a507-4694-aabf-edbe4fc5266f",
              "00000000-0000-0000-0000-000000000000"}) {
            CAPTURE(text);
            CHECK_FALSE(Uuid::parse(text).has_value());
        }
        std::array<std::uint8_t, 16> bytes{};
        CHECK(Uuid::from_random(bytes).str() == "00000000-0000-4000-8000-000000000000");
        bytes.fill(0xff);
        CHECK(Uuid::from_random(bytes).str() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    TEST_CASE("platforms: OCI's words, the kernel's words, and which image runs where") {
        CHECK(platform_of_oci("linux", "amd64", "")->arch == "amd64");
        CHECK(platform_of_oci("linux", "386", "")->arch == "i386");
        CHECK(platform_of_oci("linux", "arm64", "v8")->arch == "aarch64");
        CHECK(platform_of_oci("linux", "arm", "")->arch == "armv6l");
        CHECK(platform_of_oci("linux", "arm", "v7")->arch == "armv7l");
        CHECK(platform_of_oci("darwin", "amd64", "")->arch == "x86_64");
        CHECK_FALSE(platform_of_oci("linux", "arm", "v5").has_value());
        CHECK_FALSE(platform_of_oci("windows", "amd64", "").has_value());
        CHECK(arch_of_machine("x86_64") == "amd64");
        CHECK(arch_of_machine("i686") == "i386");
        CHECK(arch_of_machine("aarch64") == "aarch64");
        CHECK_FALSE(arch_of_machine("vax").has_value());
        CHECK(oci_platform_of_machine("aarch64")->variant == "v8");
        const auto labels = [](const char* text) { return parse_labels(text).value(); };
        CHECK(runs_on(labels(""), "amd64"));
        CHECK(runs_on(labels("os=linux"), "amd64"));
        CHECK(runs_on(labels("arch=bogus"), "amd64"));
        CHECK(runs_on(labels("os=linux,arch=amd64"), "amd64"));
        CHECK_FALSE(runs_on(labels("os=linux,arch=i386"), "amd64"));
        CHECK_FALSE(runs_on(labels("os=freebsd"), "amd64"));
        CHECK(check_runs_on(labels("os=linux,arch=aarch64"), "amd64").error().message() ==
              "image is for linux/aarch64, this host is linux/amd64");
        CHECK(check_runs_on(labels("os=freebsd"), "amd64").error().message() ==
              "image is for freebsd, this host is linux/amd64");
    }

    TEST_CASE("what is valid but odd makes a warning") {
        const auto image = ImageManifest::parse(
            R"({"acKind":"ImageManifest","acVersion":"1.0.0","name":"a",)"
            R"("labels":[{"name":"arch","value":"bogus"}],"pathWhitelist":["etc/x"],)"
            R"("app":{"user":"0","group":"0","eventHandlers":[{"name":"pre-start","exec":["/x"]}],)"
            R"("ports":[{"name":"p","protocol":"tcp","port":1,"socketActivated":true}],"isolators":[)"
            R"({"name":"resource/memory","value":{"request":"1G","limit":"1G"}},)"
            R"({"name":"resource/memory","value":{"request":"2G","limit":"1G"}}]}})");
        REQUIRE(image.has_value());
        CHECK(
            warnings(*image) ==
            std::vector<std::string>{
                "/acVersion: \"1.0.0\" is newer than 0.8.11, which podd follows",
                "/labels: \"arch\" means nothing without \"os\"",
                "/app/isolators/1: isolator \"resource/memory\" requests more than its limit: the "
                "limit counts",
                "/pathWhitelist/0: \"etc/x\" is relative: \"/\" is put in front"});
        const auto pod = PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}}],)"
            R"("ports":[{"name":"http","hostPort":80}],)"
            R"("annotations":[{"name":"podd.org/network","value":"none"}]})");
        REQUIRE(pod.has_value());
        CHECK(warnings(*pod) ==
              std::vector<std::string>{"/ports: the network \"none\" forwards none: set the "
                                       "annotation \"podd.org/network\" to \"default\""});
        const auto order = PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}},)"
            R"({"name":"b","image":{"name":"x"}},{"name":"c","image":{"name":"x"},"annotations":[)"
            R"({"name":"podd.org/after","value":"a"},{"name":"podd.org/requires","value":"a b"}]}]})");
        REQUIRE(order.has_value());
        CHECK(warnings(*order) ==
              std::vector<std::string>{
                  "/apps/2/annotations: \"podd.org/requires\" names \"b\" and \"podd.org/after\" "
                  "does not: both start at the same time, whatever becomes of it"});
    }
}
