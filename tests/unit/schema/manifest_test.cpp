// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

using namespace podd;
using schema::ImageManifest;
using schema::PodManifest;

namespace {

constexpr std::string_view kImage = R"({
  "acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/reduce-worker",
  "labels": [{"name": "version", "value": "1.0.0"}, {"name": "arch", "value": "amd64"},
             {"name": "os", "value": "linux"}],
  "app": {
    "exec": ["/usr/bin/reduce-worker", "--quiet"], "user": "100", "group": "300",
    "supplementaryGIDs": [400, 500],
    "eventHandlers": [{"name": "pre-start", "exec": ["/usr/bin/data-downloader"]},
                      {"name": "post-stop", "exec": ["/usr/bin/deregister-worker", "--verbose"]}],
    "workingDirectory": "/opt/work",
    "environment": [{"name": "REDUCE_WORKER_DEBUG", "value": "true"}, {"name": "EMPTY", "value": ""}],
    "mountPoints": [{"name": "work", "path": "/var/lib/work", "readOnly": false}],
    "ports": [{"name": "health", "protocol": "tcp", "port": 4000, "count": 1, "socketActivated": true}],
    "isolators": [{"name": "resource/cpu", "value": {"request": "250m", "limit": "500m"}},
                  {"name": "resource/memory", "value": {"request": "1G", "limit": "2G"}},
                  {"name": "example.com/unknown", "value": [1.5, null]}],
    "userAnnotations": {"Any Key": "x"}, "userLabels": {"k": "v"}
  },
  "dependencies": [{"imageName": "example.com/reduce-worker-base", "imageID": "sha512-...",
                    "labels": [{"name": "os", "value": "linux"}], "size": 22017258}],
  "pathWhitelist": ["/etc/ca/example.com/crt", "usr/bin/x"],
  "annotations": [{"name": "authors", "value": "Carly Container <carly@example.com>"},
                  {"name": "created", "value": "2014-10-27T19:32:27.67021798Z"},
                  {"name": "documentation", "value": "https://example.com/docs"}]
})";

constexpr std::string_view kPod = R"({
  "acVersion": "0.8.11", "acKind": "PodManifest",
  "apps": [
    {"name": "reduce-worker",
     "image": {"name": "example.com/reduce-worker", "labels": [{"name": "version", "value": "1.0.0"}]},
     "app": {"exec": ["/bin/reduce-worker", "--debug=true"], "user": "0", "group": "0",
             "mountPoints": [{"name": "worklib", "path": "/var/lib/work", "readOnly": false}],
             "ports": [{"name": "health", "protocol": "tcp", "port": 4000, "count": 1, "socketActivated": false}]},
     "mounts": [{"volume": "worklib", "path": "/var/lib/work"}],
     "annotations": [{"name": "podd.org/restart", "value": "on-failure"},
                     {"name": "podd.org/stop-signal", "value": "SIGQUIT"}]},
    {"name": "backup",
     "image": {"id": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
     "readOnlyRootFS": true,
     "mounts": [{"volume": "worklib", "path": "/mnt/bar"},
                {"volume": "own", "path": "/own", "appVolume": {"name": "own", "kind": "empty", "mode": "0700", "uid": 1, "gid": 2}}]}],
  "volumes": [{"name": "worklib", "kind": "host", "source": "/opt/tenant1/work", "readOnly": true,
               "recursive": true, "idmap": "host",
               "setuidFiles": false}],
  "isolators": [{"name": "resource/memory", "value": {"limit": "4G"}}],
  "annotations": [{"name": "ip-address", "value": "10.1.2.3"},
                  {"name": "podd.org/wanted-by", "value": "multi-user.target"},
                  {"name": "podd.org/network", "value": "host"}],
  "ports": [{"name": "health", "hostPort": 80, "hostIP": "127.0.0.1"}],
  "userAnnotations": {"x": "y"}, "userLabels": {"a": "b"}
})";

// The text without what only spreads it.
std::string compact(std::string_view text) {
    return base::Json::parse(text)->str();
}

}  // namespace

TEST_SUITE("schema/manifests") {
    TEST_CASE("an image manifest is written back as it was read") {
        const auto manifest = ImageManifest::parse(kImage);
        REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
        CHECK(manifest->name.str() == "example.com/reduce-worker");
        CHECK(manifest->to_json().str() == compact(kImage));
        const auto again = ImageManifest::parse(manifest->to_json().str(2));
        REQUIRE(again.has_value());
        CHECK(*again == *manifest);
    }

    TEST_CASE("files with capabilities stay off volumes that are written with the host's ids") {
        struct Case {
            const char* volume;
            const char* isolator;
            bool keeps;
            bool good;
        };
        constexpr const char* kRetain =
            R"("os/linux/capabilities-retain-set","value":{"set":["CAP_KILL","CAP_SETFCAP"]})";
        constexpr const char* kOther =
            R"("os/linux/capabilities-retain-set","value":{"set":["CAP_KILL"]})";
        constexpr const char* kRemove =
            R"("os/linux/capabilities-remove-set","value":{"set":["CAP_SETFCAP"]})";
        const Case cases[] = {
            {R"("idmap":"host")", kOther, true, true},
            {R"("idmap":"host")", kRemove, true, true},
            {R"("idmap":"host")", kRetain, true, false},
            {R"("idmap":"host","setuidFiles":false)", kRetain, true, false},
            {R"("idmap":"host","setuidFiles":true)", kRetain, false, true},
            {R"("idmap":"host","readOnly":true)", kRetain, false, true},
            {R"("idmap":"owner")", kRetain, false, true},
            {R"("recursive":true)", kRetain, false, true},
        };
        for (const auto& c : cases)
            for (const bool of_app : {false, true}) {
                CAPTURE(c.volume);
                CAPTURE(of_app);
                const auto volume =
                    fmt::format(R"({{"name":"v","kind":"host","source":"/srv",{}}})", c.volume);
                const auto manifest = PodManifest::parse(fmt::format(
                    R"({{"acKind":"PodManifest","acVersion":"0.8.11","volumes":[{}],"apps":[{{"name":"a",)"
                    R"("image":{{"name":"x"}},"mounts":[{{"volume":"v","path":"/v"{}}}],)"
                    R"("app":{{"exec":["/x"],"user":"0","group":"0","isolators":[{{"name":{}}}]}}}}]}})",
                    of_app ? "" : volume, of_app ? R"(,"appVolume":)" + volume : "", c.isolator));
                REQUIRE(manifest.has_value() == c.good);
                if (manifest) CHECK(schema::keeps_setuid_from_host(*manifest) == c.keeps);
                if (!manifest)
                    CHECK(manifest.error().message().starts_with(
                        "/apps/0/app/isolators/0: found CAP_SETFCAP beside a volume"));
            }
    }

    TEST_CASE("a pod manifest is written back as it was read") {
        const auto manifest = PodManifest::parse(kPod);
        REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
        CHECK(manifest->to_json().str() == compact(kPod));
        const auto settings = schema::pod_settings(*manifest);
        REQUIRE(settings.has_value());
        CHECK(settings->wanted_by == std::vector<std::string>{"multi-user.target"});
        CHECK(settings->network == schema::Network::kHost);
        const auto app = schema::app_settings(manifest->apps[0]);
        REQUIRE(app.has_value());
        CHECK(app->stop_signal == 3);
    }
}
