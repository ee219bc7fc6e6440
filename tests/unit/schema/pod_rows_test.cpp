// SPDX-License-Identifier: LGPL-2.1-or-later
// The accept and reject table for structures, row by row: pod manifests.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "rows.h"
#include "schema/pod_manifest.h"

using namespace podd::schema;
using namespace podd::test;

TEST_SUITE("schema/rows") {
    // appc-conformance: 1
    TEST_CASE("the top of a pod manifest") {
        const std::string one = R"("apps":[{"name":"a","image":{"name":"x"}}])";
        for (const auto& row : std::vector<Row>{
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11",)" + one + "}", ""},
                 {R"({"acKind":"PodManifest","acVersion":"1.30.0",)" + one + "}", ""},
                 {R"({"acKind":"ImageManifest","acVersion":"0.8.11",)" + one + "}", "/acKind"},
                 {R"({"acVersion":"0.8.11",)" + one + "}", "/acKind: found nothing"},
                 {R"({"acKind":"PodManifest",)" + one + "}", "/acVersion: found nothing"},
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11"})",
                  "/apps: found nothing, wanted at least one app"},
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[]})", "/apps"},
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":null})",
                  "/apps: found null"},
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":{}})", "/apps"},
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11","userLabels":{"A b":"c"},)" +
                      one + "}",
                  ""},
             })
            check<PodManifest>(row, row.text);
    }

    TEST_CASE("apps of a pod and their images") {
        const std::string hex(64, 'a');
        for (const auto& row : std::vector<Row>{
                 {R"({"name":"a","image":{"name":"x"}},{"name":"a","image":{"name":"y"}})",
                  "/apps/1: found app \"a\" a second time"},
                 {R"({"name":"a","image":{"name":"x"}},{"name":"b","image":{"name":"x"}})", ""},
                 {R"({"name":"a.b","image":{"name":"x"}})", "/apps/0/name: found \"a.b\""},
                 {R"({"image":{"name":"x"}})", "/apps/0/name: found nothing"},
                 {R"({"name":"a"})", "/apps/0/image: found nothing"},
                 {R"({"name":"a","image":{}})", "/apps/0/image: found neither \"name\" nor \"id\""},
                 {R"({"name":"a","image":{"labels":[{"name":"version","value":"1"}]}})",
                  "/apps/0/image: found neither"},
                 {R"({"name":"a","image":{"name":"x","labels":[{"name":"version","value":"1"}]}})",
                  ""},
                 {R"({"name":"a","image":{"name":"x","labels":[{"name":"os","value":"y"}]}})",
                  "/apps/0/image/labels/0"},
                 {R"({"name":"a","image":{"id":"sha512-)" + hex + "\"}}", ""},
                 {R"({"name":"a","image":{"id":"sha512-)" + hex + hex + R"(","name":"x"}})", ""},
                 {R"({"name":"a","image":{"id":"sha256:)" + hex + "\"}}", ""},
                 {R"({"name":"a","image":{"id":"sha512-abc"}})", "/apps/0/image/id: found"},
                 {R"({"name":"a","image":{"id":"sha256-)" + hex + "\"}}", "/apps/0/image/id"},
                 {R"({"name":"a","image":{"id":"","name":"x"}})", "/apps/0/image/id"},
                 {R"({"name":"a","image":{"id":null,"name":"x"}})", ""},
                 {R"({"name":"a","image":{"name":"x"},"app":{"exec":["/x"]}})",
                  "/apps/0/app/user: found nothing"},
                 {R"({"name":"a","image":{"name":"x"},"readOnlyRootFS":"true"})",
                  "/apps/0/readOnlyRootFS"},
                 {R"({"name":"a","image":{"name":"x"},"readOnlyRootFS":true})", ""},
                 {R"({"name":"a","image":{"name":"x"},"args":["a b",""]})", ""},
                 {R"({"name":"a","image":{"name":"x"},"args":[]})", ""},
                 {R"({"name":"a","image":{"name":"x"},"args":null})", ""},
                 {R"({"name":"a","image":{"name":"x"},"args":"a b"})",
                  "/apps/0/args: found \"a b\""},
                 {R"({"name":"a","image":{"name":"x"},"args":[1]})", "/apps/0/args/0: found 1"},
                 {R"({"name":"a","image":{"name":"x"},"args":["a\u0000"]})", "/apps/0/args/0"},
                 {R"({"name":"a","image":{"name":"x"},"args":[],)"
                  R"("app":{"exec":["/x"],"user":"0","group":"0"}})",
                  "/apps/0/args: found it beside \"app\""},
             })
            check<PodManifest>(
                row, fmt::format(R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{}]}})",
                                 row.text));
    }

    TEST_CASE("volumes") {
        for (
            const auto& row : std::vector<Row>{
                {R"({"name":"v"})", "/volumes/0/kind: found nothing"},
                {R"({"name":"v","kind":"bogus"})", "/volumes/0/kind: found \"bogus\""},
                {R"({"kind":"empty"})", "/volumes/0/name"},
                {R"({"name":"v","kind":"host"})", "/volumes/0/source: found nothing"},
                {R"({"name":"v","kind":"host","source":"tmp"})", "/volumes/0/source"},
                {R"({"name":"v","kind":"host","source":"/a/../b"})", "/volumes/0/source"},
                {R"({"name":"v","kind":"host","source":"/x","mode":"0755"})", "/volumes/0/mode"},
                {R"({"name":"v","kind":"host","source":"/x","uid":0})", "/volumes/0/uid"},
                {R"({"name":"v","kind":"host","source":"/x","gid":0})", "/volumes/0/gid"},
                {R"({"name":"v","kind":"host","source":"/x","recursive":false,"readOnly":true})",
                 ""},
                {R"({"name":"v","kind":"host","source":"/"})", ""},
                {R"({"name":"v","kind":"host","source":"/x","idmap":"owner"})", ""},
                {R"({"name":"v","kind":"host","source":"/x","idmap":"foreign"})", ""},
                {R"({"name":"v","kind":"host","source":"/x","idmap":"host"})", ""},
                {R"({"name":"v","kind":"host","source":"/x","idmap":"root"})",
                 "/volumes/0/idmap: found \"root\", wanted \"owner\", \"foreign\" or \"host\""},
                {R"({"name":"v","kind":"host","source":"/x","idmap":"host","setuidFiles":true})",
                 ""},
                {R"({"name":"v","kind":"host","source":"/x","idmap":"host","setuidFiles":1})",
                 "/volumes/0/setuidFiles"},
                {R"({"name":"v","kind":"host","source":"/x","setuidFiles":true})",
                 "/volumes/0/setuidFiles: found true, wanted it beside \"idmap\": \"host\" only"},
                {R"({"name":"v","kind":"empty","setuidFiles":true})", "/volumes/0/setuidFiles"},
                {R"({"name":"v","kind":"empty","idmap":"owner"})", "/volumes/0/idmap"},
                {R"({"name":"v","kind":"empty","source":"/x"})", "/volumes/0/source"},
                {R"({"name":"v","kind":"empty"})", ""},
                {R"({"name":"v","kind":"empty","recursive":true})", ""},
                {R"({"name":"v","kind":"empty","mode":"4755","uid":1000,"gid":4294967294})", ""},
                {R"({"name":"v","kind":"empty","mode":"rwx"})", "/volumes/0/mode: found \"rwx\""},
                {R"({"name":"v","kind":"host","source":"/x","propagation":"private"})", ""},
                {R"({"name":"v","kind":"host","source":"/x","propagation":"slave"})", ""},
                {R"({"name":"v","kind":"host","source":"/x","propagation":"shared"})",
                 "/volumes/0/propagation: found \"shared\", wanted \"private\" or \"slave\""},
                {R"({"name":"v","kind":"host","source":"/x","propagation":"slave","recursive":false})",
                 "/volumes/0/propagation: found \"slave\", wanted it beside"},
                {R"({"name":"v","kind":"empty","propagation":"slave"})", "/volumes/0/propagation"},
                {R"({"name":"v","kind":"empty","medium":"memory"})", ""},
                {R"({"name":"v","kind":"empty","medium":"disk"})", ""},
                {R"({"name":"v","kind":"empty","medium":"memory","size":"64Mi","mode":"1777"})",
                 ""},
                {R"({"name":"v","kind":"empty","medium":"memory","size":4096})", ""},
                {R"({"name":"v","kind":"empty","medium":"tmpfs"})",
                 "/volumes/0/medium: found \"tmpfs\", wanted \"disk\" or \"memory\""},
                {R"({"name":"v","kind":"empty","size":"64Mi"})",
                 "/volumes/0/size: found \"64Mi\", wanted it beside \"medium\": \"memory\""},
                {R"({"name":"v","kind":"empty","medium":"disk","size":1})", "/volumes/0/size"},
                {R"({"name":"v","kind":"empty","medium":"memory","size":"0"})", "/volumes/0/size"},
                {R"({"name":"v","kind":"empty","medium":"memory","size":"a lot"})",
                 "/volumes/0/size: found \"a lot\", wanted an amount of memory"},
                {R"({"name":"v","kind":"empty","medium":"memory","size":"1e30"})",
                 "/volumes/0/size"},
                {R"({"name":"v","kind":"empty","medium":"memory","size":{}})", "/volumes/0/size"},
                {R"({"name":"v","kind":"host","source":"/x","medium":"memory"})",
                 "/volumes/0/medium"},
                {R"({"name":"v","kind":"host","source":"/x","size":1})", "/volumes/0/size"},
                {R"({"name":"v","kind":"empty","fromImage":true})", ""},
                {R"({"name":"v","kind":"empty","fromImage":true,"readOnly":true,"medium":"disk"})",
                 ""},
                {R"({"name":"v","kind":"empty","fromImage":false,"mode":"0700","uid":1})", ""},
                {R"({"name":"v","kind":"empty","fromImage":"yes"})",
                 "/volumes/0/fromImage: found \"yes\""},
                {R"({"name":"v","kind":"host","source":"/x","fromImage":true})",
                 "/volumes/0/fromImage: found true, wanted no \"fromImage\" on a volume of kind "
                 "\"host\""},
                {R"({"name":"v","kind":"empty","medium":"memory","fromImage":true})",
                 "/volumes/0/fromImage: found true, wanted no such copy in memory"},
                {R"({"name":"v","kind":"empty","fromImage":true,"mode":"0755"})",
                 "/volumes/0/mode: found \"0755\", wanted none beside \"fromImage\""},
                {R"({"name":"v","kind":"empty","fromImage":true,"uid":0})", "/volumes/0/uid"},
                {R"({"name":"v","kind":"empty","fromImage":true,"gid":0})", "/volumes/0/gid"},
                {R"({"name":"v","kind":"empty","mode":""})", "/volumes/0/mode"},
                {R"({"name":"v","kind":"empty","mode":"0888"})", "/volumes/0/mode"},
                {R"({"name":"v","kind":"empty","mode":"17777"})", "/volumes/0/mode"},
                {R"({"name":"v","kind":"empty","mode":755})", "/volumes/0/mode: found 755"},
                {R"({"name":"v","kind":"empty","uid":-1})", "/volumes/0/uid: found -1"},
                {R"({"name":"v","kind":"empty","gid":4294967295})", "/volumes/0/gid"},
                {R"({"name":"v","kind":"empty"},{"name":"v","kind":"empty"})",
                 "/volumes/1: found volume \"v\" a second time"},
            })
            check<PodManifest>(row, pod(fmt::format(R"("volumes":[{}])", row.text)));
    }

    TEST_CASE("mounts") {
        for (const auto& row : std::vector<Row>{
                 {R"({"volume":"v","path":"/a"})", ""},
                 {R"({"volume":"w","path":"/a"})", "/apps/0/mounts/0/volume: found \"w\""},
                 {R"({"volume":"v","path":""})", "/apps/0/mounts/0/path"},
                 {R"({"volume":"v"})", "/apps/0/mounts/0/path: found nothing"},
                 {R"({"volume":"v","path":"a"})", "/apps/0/mounts/0/path"},
                 {R"({"volume":"v","path":"/a/../b"})", "/apps/0/mounts/0/path"},
                 {R"({"path":"/a"})", "/apps/0/mounts/0/volume: found nothing"},
                 {R"({"volume":"v","path":"/a"},{"volume":"v","path":"/a"})",
                  "/apps/0/mounts/1: found path \"/a\" a second time"},
                 {R"({"volume":"v","path":"/a"},{"volume":"v","path":"/b"})", ""},
                 {R"({"volume":"own","path":"/a","appVolume":{"name":"own","kind":"empty"}})", ""},
                 {R"({"volume":"own","path":"/a","appVolume":{"name":"own","kind":"host"}})",
                  "/apps/0/mounts/0/appVolume/source"},
             })
            check<PodManifest>(row, pod_app(fmt::format(R"("mounts":[{}])", row.text)));
    }

    TEST_CASE("ports of a pod") {
        const std::string image_app = R"({"name":"i","image":{"name":"x"}})";
        const std::string web =
            R"({"name":"w","image":{"name":"x"},"app":{"user":"0","group":"0","ports":[)"
            R"({"name":"http","protocol":"tcp","port":80},{"name":"dns","protocol":"udp","port":53},)"
            R"({"name":"many","protocol":"tcp","port":1000,"count":100}]}})";
        std::string web2 = web;
        web2.replace(web2.find("\"w\""), 3, "\"w2\"");
        const std::string own = R"("podPort":{"name":"o","protocol":"tcp","port":8080,"count":2})";
        struct PortRow {
            std::string apps;
            Row row;
        };
        for (
            const auto& [apps, row] : std::vector<PortRow>{
                {web, {R"({"name":"http","hostPort":80})", ""}},
                {web, {R"({"name":"http","hostPort":0})", "/ports/0/hostPort: found 0"}},
                {web, {R"({"name":"http","hostPort":70000})", "/ports/0/hostPort"}},
                {web, {R"({"name":"http","hostPort":"80"})", "/ports/0/hostPort"}},
                {web, {R"({"name":"http"})", "/ports/0/hostPort: found nothing"}},
                {web, {R"({"hostPort":1})", "/ports/0/name"}},
                {web, {R"({"name":"http","hostPort":80,"hostIP":"127.0.0.1"})", ""}},
                {web, {R"({"name":"http","hostPort":80,"hostIP":""})", ""}},
                {web, {R"({"name":"http","hostPort":80,"hostIP":"300.1.1.1"})", "/ports/0/hostIP"}},
                {web, {R"({"name":"http","hostPort":80,"hostIP":"foo"})", "/ports/0/hostIP"}},
                {web, {R"({"name":"http","hostPort":80,"hostIP":"2001:db8::1"})", ""}},
                {web,
                 {R"({"name":"http","hostPort":80,"hostIP":"fe80::1%eth0"})", "/ports/0/hostIP"}},
                {web,
                 {R"({"name":"http","hostPort":80,"hostIP":"0::1"},{"name":"http","hostPort":80,"hostIP":"::1"})",
                  "/ports/1"}},
                {web,
                 {R"({"name":"http","hostPort":80,"hostIP":"::"},{"name":"many","hostPort":80,"hostIP":"2001:db8::1"})",
                  "/ports/1/hostPort"}},
                {web,
                 {R"({"name":"http","hostPort":80,"hostIP":"::"},{"name":"many","hostPort":80,"hostIP":"0.0.0.0"})",
                  ""}},
                {web, {R"({"name":"nothere","hostPort":80})", "/ports/0/name: found \"nothere\""}},
                {image_app, {R"({"name":"nothere","hostPort":80})", ""}},
                {web + "," + web2, {R"({"name":"http","hostPort":80})", "/ports/0/name"}},
                {web, {R"({"name":"nothere","hostPort":80,)" + own + "}", ""}},
                {web, {R"({"name":"o","hostPort":65535,)" + own + "}", "/ports/0/hostPort"}},
                {web, {R"({"name":"http","hostPort":80},{"name":"http","hostPort":81})", ""}},
                {web,
                 {R"({"name":"http","hostPort":80},{"name":"http","hostPort":80})", "/ports/1"}},
                {web, {R"({"name":"http","hostPort":53},{"name":"dns","hostPort":53})", ""}},
                {web,
                 {R"({"name":"http","hostPort":1050},{"name":"many","hostPort":1000})",
                  "/ports/1/hostPort: found 1000"}},
                {web,
                 {R"({"name":"http","hostPort":80,"hostIP":"127.0.0.1"},{"name":"many","hostPort":80,"hostIP":"127.0.0.2"})",
                  ""}},
                {web,
                 {R"({"name":"http","hostPort":80,"hostIP":"127.0.0.1"},{"name":"many","hostPort":80})",
                  "/ports/1/hostPort"}},
                {image_app,
                 {R"({"name":"p","hostPort":80},{"name":"p","hostPort":80})", "/ports/1"}},
            })
            check<PodManifest>(
                row,
                fmt::format(
                    R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{}],"ports":[{}]}})",
                    apps, row.text));
    }
}
