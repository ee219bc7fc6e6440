// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/resolve.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

namespace {

const std::string kImageApp =
    R"({"exec":["/srv"],"user":"www","group":"www","workingDirectory":"/w",
        "environment":[{"name":"A","value":"1"}],
        "mountPoints":[{"name":"data","path":"/data"},{"name":"conf","path":"/etc/app","readOnly":true}],
        "isolators":[{"name":"os/linux/capabilities-remove-set","value":{"set":["CAP_KILL"]}},
                     {"name":"example.com/odd","value":1}]})";

store::ImageRecord image(const std::string& app, const std::string& annotations = "[]") {
    auto manifest = schema::ImageManifest::parse(fmt::format(
        R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/a","annotations":{}{}}})",
        annotations, app.empty() ? "" : ",\"app\":" + app));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    const auto id = "sha512-" + std::string(128, '0');
    return {
        .id = id, .manifest = std::move(*manifest), .trees = {id}, .blobs = {}, .verification = {}};
}

schema::PodManifest manifest_of(const std::string& app_members,
                                const std::string& pod_members = "") {
    auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"example.com/a"}}{}}}]{}}})",
        app_members, pod_members));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return std::move(*manifest);
}

base::Result<pod::ResolvedApp> resolve(const schema::PodManifest& manifest,
                                       const store::ImageRecord& record) {
    return pod::resolve(manifest, manifest.apps.front(), record);
}

bool mentions(const std::vector<std::string>& lines, std::string_view word) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.find(word) != std::string::npos; });
}

}  // namespace

TEST_SUITE("pod/resolve") {
    TEST_CASE("the image's app is used when the pod says nothing") {
        const auto app = resolve(manifest_of(""), image(kImageApp));
        REQUIRE(app.has_value());
        CHECK(app->argv == std::vector<std::string>{"/srv"});
        CHECK(app->user == "www");
        CHECK(app->working_directory == "/w");
        REQUIRE(app->capabilities.has_value());
        CHECK_FALSE(app->capabilities->retain);
        CHECK(app->without_effect ==
              std::vector<std::string>{
                  "isolator example.com/odd has no effect: podd does not know it"});
    }

    TEST_CASE("arguments stand in place of the image's default ones, behind its entry point") {
        using Words = std::vector<std::string>;
        const std::string app = R"({"exec":["/srv","-x","-y"],"user":"0","group":"0"})";
        struct Case {
            store::ImageKind kind;
            std::optional<std::size_t> defaults;
            const char* args;
            Words argv;  // empty: refused
        };
        using store::ImageKind;
        for (const auto& c : {
                 Case{ImageKind::kOci, 2, "", {"/srv", "-x", "-y"}},
                 Case{ImageKind::kOci, 2, R"(,"args":["a b"])", {"/srv", "a b"}},
                 Case{ImageKind::kOci, 2, R"(,"args":[])", {"/srv"}},
                 Case{ImageKind::kOci, 0, R"(,"args":["a"])", {"/srv", "-x", "-y", "a"}},
                 Case{ImageKind::kOci, 3, R"(,"args":["sh","-c","x"])", {"sh", "-c", "x"}},
                 Case{ImageKind::kOci, 3, R"(,"args":[])", {}},
                 Case{ImageKind::kOci, {}, R"(,"args":["a"])", {}},
                 Case{ImageKind::kOci, {}, "", {"/srv", "-x", "-y"}},
                 Case{ImageKind::kAci, {}, R"(,"args":["a"])", {"/srv", "-x", "-y", "a"}},
             }) {
            CAPTURE(c.args);
            auto record = image(app);
            record.kind = c.kind;
            record.default_arguments = c.defaults;
            const auto resolved = resolve(manifest_of(c.args), record);
            CHECK((resolved ? resolved->argv : Words{}) == c.argv);
        }
    }

    TEST_CASE("handlers are those of the app that counts") {
        const std::string own = R"({"exec":["/x"],"user":"0","group":"0","eventHandlers":[)"
                                R"({"name":"post-stop","exec":["/post","1"]},)"
                                R"({"name":"pre-start","exec":["/pre"]}]})";
        const auto app = resolve(manifest_of(""), image(own));
        REQUIRE(app.has_value());
        CHECK(app->pre_start == std::vector<std::string>{"/pre"});
        CHECK(app->post_stop == std::vector<std::string>{"/post", "1"});
        const auto other = resolve(
            manifest_of(R"(,"app":{"exec":["/other"],"user":"0","group":"0"})"), image(own));
        REQUIRE(other.has_value());
        CHECK(other->pre_start.empty());
        CHECK(other->post_stop.empty());
    }

    // appc spec 0.8.11, pods.md: "app" replaces, nothing is merged
    TEST_CASE("the pod's app replaces the image's whole") {
        const auto app = resolve(
            manifest_of(R"(,"app":{"exec":["/other"],"user":"0","group":"0"})"), image(kImageApp));
        REQUIRE(app.has_value());
        CHECK(app->argv == std::vector<std::string>{"/other"});
        CHECK(app->environment.empty());
        CHECK(app->mounts.empty());
        CHECK_FALSE(app->capabilities.has_value());
        CHECK(app->working_directory == "/");
    }

    TEST_CASE("nothing to execute is an error that names the image") {
        for (const std::string body :
             {"", R"({"user":"0","group":"0"})", R"({"exec":[""],"user":"0","group":"0"})"}) {
            CAPTURE(body);
            const auto app = resolve(manifest_of(""), image(body));
            REQUIRE_FALSE(app.has_value());
            CHECK(app.error().message().find("example.com/a") != std::string::npos);
        }
    }

    // reference: rkt's order of mounts, mount points and volumes
    TEST_CASE("mount points take volumes of their name, explicit mounts come first") {
        const auto app = resolve(
            manifest_of(
                R"(,"mounts":[{"volume":"other","path":"/data"}])",
                R"(,"volumes":[{"name":"other","kind":"empty"},{"name":"data","kind":"empty"},
                               {"name":"conf","kind":"host","source":"/srv/conf"}])"),
            image(kImageApp));
        REQUIRE(app.has_value());
        REQUIRE(app->mounts.size() == 2);
        CHECK(app->mounts[0].target == "/data");
        CHECK(app->mounts[0].volume.name.str() == "other");
        CHECK_FALSE(app->mounts[0].read_only);
        CHECK(app->mounts[1].target == "/etc/app");
        CHECK(app->mounts[1].read_only);  // the mount point's word, the volume has none
    }

    TEST_CASE("a mount comes before those that lie in it, whatever their order") {
        const auto app = resolve(
            manifest_of(R"(,"mounts":[{"volume":"v","path":"/a/b"},{"volume":"w","path":"/a"},)"
                        R"({"volume":"v","path":"/a/b/c"},{"volume":"w","path":"/a-b"}])",
                        R"(,"volumes":[{"name":"v","kind":"empty"},{"name":"w","kind":"empty"}])"),
            image(R"({"exec":["/x"],"user":"0","group":"0"})"));
        REQUIRE(app.has_value());
        std::vector<std::string> targets;
        for (const auto& mount : app->mounts)
            targets.push_back(mount.target);
        CHECK(targets == std::vector<std::string>{"/a", "/a-b", "/a/b", "/a/b/c"});
    }

    TEST_CASE("a volume's readOnly wins over the mount point's") {
        const auto app = resolve(
            manifest_of(
                "", R"(,"volumes":[{"name":"conf","kind":"host","source":"/c","readOnly":false}])"),
            image(kImageApp));
        REQUIRE(app.has_value());
        const auto conf =
            std::find_if(app->mounts.begin(), app->mounts.end(),
                         [](const auto& mount) { return mount.target == "/etc/app"; });
        REQUIRE(conf != app->mounts.end());
        CHECK_FALSE(conf->read_only);
    }

    TEST_CASE(
        "a mount point without volume gets an empty one, but in an OCI image stays the image's") {
        auto record = image(kImageApp);
        const auto aci = resolve(manifest_of(""), record);
        REQUIRE(aci.has_value());
        CHECK(aci->mounts.size() == 2);
        CHECK(aci->mounts[0].implicit);
        CHECK(mentions(aci->warnings, "\"data\""));
        record.kind = store::ImageKind::kOci;
        const auto oci = resolve(manifest_of(""), record);
        REQUIRE(oci.has_value());
        CHECK(oci->mounts.empty());
    }

    TEST_CASE("a pod may say that an app does not notify, whatever its image says") {
        const auto notes =
            R"([{"name":"appc.io/executor/supports-systemd-notify","value":"true"}])";
        const auto asks = [&](const std::string& members) {
            return resolve(manifest_of(members), image(kImageApp, notes))->settings.supports_notify;
        };
        CHECK(asks("") == true);
        CHECK(
            asks(
                R"(,"annotations":[{"name":"appc.io/executor/supports-systemd-notify","value":"false"}])") ==
            false);
    }

    TEST_CASE("an app with a PID namespace of its own has no volume in /proc") {
        const auto at = [](const std::string& path, const std::string& value) {
            return resolve(
                manifest_of(fmt::format(
                    R"(,"annotations":[{{"name":"podd.org/private-pids","value":"{}"}}])", value)),
                image(fmt::format(
                    R"({{"exec":["/srv"],"user":"0","group":"0","mountPoints":[{{"name":"data","path":"{}"}}]}})",
                    path)));
        };
        for (const auto* path : {"/proc", "/proc/meminfo"}) {
            CHECK(at(path, "false").has_value());
            const auto refused = at(path, "true");
            REQUIRE_FALSE(refused.has_value());
            CHECK(refused.error().message() ==
                  fmt::format("volume \"data\" at \"{}\": with \"podd.org/private-pids\", /proc is "
                              "the app's own",
                              path));
        }
        const auto beside = at("/process", "true");
        REQUIRE(beside.has_value());
        CHECK(beside->settings.private_pids);
    }

    TEST_CASE("the pod's stop signal wins over the image's") {
        const auto notes = R"([{"name":"podd.org/stop-signal","value":"SIGQUIT"}])";
        CHECK(resolve(manifest_of(""), image(kImageApp, notes))->settings.stop_signal == 3);
        const auto both = resolve(
            manifest_of(R"(,"annotations":[{"name":"podd.org/stop-signal","value":"SIGINT"}])"),
            image(kImageApp, notes));
        REQUIRE(both.has_value());
        CHECK(both->settings.stop_signal == 2);
    }
}
