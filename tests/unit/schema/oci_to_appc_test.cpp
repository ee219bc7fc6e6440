// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci_to_appc.h"

#include <string>

#include <doctest/doctest.h>

#include "schema/annotations.h"
#include "schema/platform.h"

using namespace podd::schema;

namespace {

ImageName nginx() {
    return image_name_of("nginx:1.27", "").value();
}

ConvertedImage converted(const OciImageConfig& config) {
    auto image = to_image_manifest(config, nginx());
    REQUIRE_MESSAGE(image.has_value(), image.error().message());
    return *image;
}

}  // namespace

TEST_SUITE("schema/oci_to_appc") {
    TEST_CASE("an image's name comes from its reference, or from the file") {
        struct Case {
            std::string reference;
            std::string fallback;
            std::string name;
            std::optional<std::string> version;
        };
        for (const auto& c : {
                 Case{"nginx:1.27", "", "nginx", "1.27"},
                 Case{"nginx", "", "nginx", {}},
                 Case{"docker.io/library/nginx:1.27", "x.tar", "docker.io/library/nginx", "1.27"},
                 Case{"localhost:5000/team/app@sha256:abc", "", "localhost_5000/team/app", {}},
                 Case{"Quay.IO/Team/App:V1", "", "quay.io/team/app", "V1"},
                 Case{"latest", "nginx.tar", "nginx", "latest"},
                 Case{"", "My Image.tar", "my_image", {}},
             }) {
            CAPTURE(c.reference);
            const auto name = image_name_of(c.reference, c.fallback);
            REQUIRE_MESSAGE(name.has_value(), name.error().message());
            CHECK(name->name.str() == c.name);
            CHECK(name->version == c.version);
        }
        CHECK_FALSE(image_name_of("", "").has_value());
        CHECK_FALSE(image_name_of("", "___").has_value());
        CHECK_FALSE(image_name_of("a//b", "").has_value());
    }

    TEST_CASE("what a usual image says arrives in the app") {
        OciImageConfig config;
        config.platform = {"arm64", "linux", "v8"};
        config.created = "2024-05-01T12:00:00.5Z";
        config.author = "somebody";
        config.entrypoint = {"/entry"};
        config.cmd = {"a", "b"};
        config.env = {"A=1", "B=x=y", "A=2", "=bad", "nothing", "3x=1"};
        config.working_dir = "/srv/../data//";
        config.exposed_ports = {"80/tcp", "80", "8000-8010/udp", "x", "9/icmp", "0", "5-4"};
        config.volumes = {"/var/lib/data/", "/var/lib/data", "/", "/Var/lib-data",
                          "/var/lib/data2"};
        config.labels = {{"Maintainer", "x"},
                         {"org.opencontainers.image.title", "t"},
                         {"homepage", "no"},
                         {"created", "no"},
                         {"podd.org/group-from-user", "true"}};
        config.stop_signal = "quit";
        const auto image = converted(config);
        const auto& app = *image.manifest.app;
        CHECK(app.exec == std::vector<std::string>{"/entry", "a", "b"});
        CHECK(app.environment.size() == 3);
        CHECK(app.environment[0].name == "PATH");
        CHECK(app.environment[1] == EnvironmentVariable{"A", "2"});
        CHECK(app.environment[2] == EnvironmentVariable{"B", "x=y"});
        CHECK(app.working_directory == "/data");
        REQUIRE(app.ports.size() == 2);
        CHECK(app.ports[1].name.str() == "8000-8010-udp");
        CHECK(app.ports[1].count == 11);
        REQUIRE(app.mount_points.size() == 3);
        CHECK(app.mount_points[0].name.str() == "var-lib-data");
        CHECK(app.mount_points[0].path == "/var/lib/data");
        CHECK(app.mount_points[1].name.str() == "var-lib-data-2");
        CHECK(app.user_labels.size() == 5);
        const auto& annotations = image.manifest.annotations;
        CHECK(annotation(annotations, kStopSignal) == "SIGQUIT");
        CHECK(annotation(annotations, kMakeWorkingDirectory) == "true");
        CHECK(annotation(annotations, "created") == "2024-05-01T12:00:00.5Z");
        CHECK(annotation(annotations, "org.opencontainers.image.title") == "t");
        CHECK_FALSE(annotation(annotations, "homepage").has_value());
        CHECK_FALSE(annotation(annotations, kGroupFromUser).has_value());
        CHECK(label(image.manifest.labels, "arch") == "aarch64");
        CHECK(label(image.manifest.labels, "version") == "1.27");
        CHECK(image.notes.size() == 8);
        // What was made is a manifest that the parser takes.
        const auto again = ImageManifest::from_json(image.manifest.to_json());
        REQUIRE_MESSAGE(again.has_value(), again.error().message());
        CHECK(*again == image.manifest);
    }

    TEST_CASE("users become user and group, and say when passwd decides on the group") {
        struct Case {
            std::string text, user, group;
            bool from_user;
        };
        for (const auto& c : {Case{"", "0", "0", false}, Case{"www", "www", "0", true},
                              Case{"1000", "1000", "0", true}, Case{"a:b", "a", "b", false},
                              Case{"1:2", "1", "2", false}, Case{":5", "0", "5", false},
                              Case{"www:", "www", "0", true}}) {
            CAPTURE(c.text);
            OciImageConfig config;
            config.user = c.text;
            const auto image = converted(config);
            CHECK(image.manifest.app->user == c.user);
            CHECK(image.manifest.app->group == c.group);
            CHECK(annotation(image.manifest.annotations, kGroupFromUser).has_value() ==
                  c.from_user);
        }
        OciImageConfig config;
        config.user = "/etc/passwd";
        CHECK_FALSE(to_image_manifest(config, nginx()).has_value());
    }

    // Source: docker's reference of Dockerfile, "Understand how CMD and ENTRYPOINT interact".
    TEST_CASE("entrypoint and command are one list of words, of which nothing is lost") {
        using Words = std::vector<std::string>;
        struct {
            const char* process;
            Words exec;
        } cases[] = {
            {R"({})", {}},
            {R"({"Entrypoint": null, "Cmd": null})", {}},
            {R"({"Entrypoint": [], "Cmd": []})", {}},
            {R"({"Entrypoint": [""]})", {}},
            {R"({"Cmd": ["/bin/sh", "-c", "echo $HOME"]})", {"/bin/sh", "-c", "echo $HOME"}},
            {R"({"Entrypoint": ["/e"]})", {"/e"}},
            {R"({"Entrypoint": ["/e", "-x"], "Cmd": ["--", "a b", ""]})",
             {"/e", "-x", "--", "a b", ""}},
            // The shell form of ENTRYPOINT: the shell takes the command for its own arguments.
            {R"({"Entrypoint": ["/bin/sh", "-c", "exec e"], "Cmd": ["c"]})",
             {"/bin/sh", "-c", "exec e", "c"}},
            {R"({"Entrypoint": [""], "Cmd": ["sh"]})", {"sh"}},
            {R"({"Entrypoint": ["", "x"], "Cmd": ["sh"]})", {"", "x", "sh"}},
            {R"({"Entrypoint": "e -x", "Cmd": "c d"})", {"e -x", "c d"}},
        };
        for (const auto& c : cases) {
            CAPTURE(c.process);
            const auto config = parse_oci_config(
                std::string{R"({"rootfs": {"type": "layers", "diff_ids": []}, "config": )"} +
                c.process + "}");
            REQUIRE(config);
            const auto image = converted(*config);
            CHECK(image.manifest.app->exec == c.exec);
            CHECK(image.default_arguments == config->cmd.size());
        }
    }

    TEST_CASE("labels given by the caller add to the image's, and cannot lie about its platform") {
        OciImageConfig config;
        config.platform = {"amd64", "linux", ""};
        const auto one = [](const char* name, const char* value) {
            return Label{AcIdentifier::parse(name).value(), value};
        };
        const auto good =
            to_image_manifest(config, nginx(), {one("version", "2"), one("channel", "beta")});
        REQUIRE(good.has_value());
        CHECK(label(good->manifest.labels, "version") == "2");
        CHECK(label(good->manifest.labels, "channel") == "beta");
        CHECK_FALSE(to_image_manifest(config, nginx(), {one("arch", "i386")}).has_value());
        config.platform = {"mips64le", "linux", ""};
        const auto unknown = to_image_manifest(config, nginx());
        REQUIRE_FALSE(unknown.has_value());
        CHECK(unknown.error().message() ==
              "image is for \"linux/mips64le\", which podd does not know");
    }
}
