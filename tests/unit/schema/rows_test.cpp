// SPDX-License-Identifier: LGPL-2.1-or-later
// The accept and reject table for structures, row by row: the REC column of podd's appc reference.
#include "rows.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

using namespace podd::schema;
using namespace podd::test;

TEST_SUITE("schema/rows") {
    TEST_CASE("labels") {
        for (const auto& row : std::vector<Row>{
                 {R"([{"name":"a","value":"1"},{"name":"a","value":"2"}])",
                  "/labels/1: found label \"a\" a second time"},
                 {R"([{"name":"name","value":"1"}])", "/labels/0/name: found \"name\""},
                 {R"([{"name":"os","value":"linux"},{"name":"arch","value":"amd64"}])", ""},
                 {R"([{"name":"os","value":"freebsd"},{"name":"arch","value":"arm"}])", ""},
                 {R"([{"name":"os","value":"darwin"},{"name":"arch","value":"x86_64"}])", ""},
                 {R"([{"name":"os","value":"linux"},{"name":"arch","value":"riscv64"}])", ""},
                 {R"([{"name":"os","value":"linux"},{"name":"arch","value":"x86_64"}])",
                  "/labels/1: found arch \"x86_64\""},
                 {R"([{"name":"os","value":"linux"},{"name":"arch","value":"arm"}])",
                  "found arch \"arm\""},
                 {R"([{"name":"os","value":"haiku"}])", "/labels/0: found os \"haiku\""},
                 {R"([{"name":"os","value":""}])", "found os \"\""},
                 {R"([{"name":"arch","value":""},{"name":"os","value":"linux"}])",
                  "/labels/0: found arch \"\""},
                 {R"([{"name":"arch","value":"bogus"}])", ""},
                 {R"([{"name":"os","value":"linux"}])", ""},
                 {R"([{"name":"a"}])", ""},
                 {R"([{"name":"a","value":null}])", ""},
                 {R"([{"name":"a","value":1}])", "/labels/0/value: found 1, wanted a string"},
                 {R"([{"name":null,"value":""}])", "/labels/0/name: found null"},
                 {R"([{"value":""}])", "/labels/0/name: found nothing"},
                 {R"([{"name":"","value":""}])", "/labels/0/name: found \"\""},
                 {R"([null])", "/labels/0: found null, wanted an object"},
                 {R"({})", "/labels: found an object, wanted an array"},
                 {R"(null)", ""},
             })
            check<ImageManifest>(row, image(fmt::format(R"("labels":{})", row.text)));
    }

    TEST_CASE("annotations, in images, pods and apps of pods") {
        for (const auto& row : std::vector<Row>{
                 {R"([{"name":"a","value":"1"},{"name":"a","value":"2"}])", "annotation \"a\""},
                 {R"([{"name":"created","value":"13 July"}])", "/annotations/0/value: found"},
                 {R"([{"name":"created","value":"2004-05-14T23:11:14Z"}])", ""},
                 {R"([{"name":"homepage","value":"not-a-url"}])", "/annotations/0/value: found"},
                 {R"([{"name":"documentation","value":"ftp://example.com"}])", "wanted an http"},
                 {R"([{"name":"homepage"}])", "found nothing"},
                 {R"([{"name":"authors"}])", ""},
                 {R"([{"name":"Authors","value":""}])", "/annotations/0/name"},
                 {R"([{"name":"a/~b","value":""}])", ""},
             }) {
            const std::string member = fmt::format(R"("annotations":{})", row.text);
            // "found nothing" becomes what the check says of an empty text.
            if (row.says == "found nothing") {
                check<ImageManifest>({row.text, "/annotations/0/value"}, image(member));
                continue;
            }
            check<ImageManifest>(row, image(member));
            check<PodManifest>(row, pod(member));
            check<PodManifest>(row, pod_app(member));
        }
    }

    TEST_CASE("the app") {
        for (
            const auto& row : std::vector<Row>{
                {R"("environment":[{"name":"A","value":""},{"name":"A","value":"x"}])",
                 "/app/environment/1: found variable \"A\" a second time"},
                {R"("environment":[{"name":"A"}])", ""},
                {R"("environment":[{"name":"A","value":"a\u0000b"}])", "NUL"},
                {R"("environment":[{"name":"0A","value":""}])", "/app/environment/0/name"},
                {R"("eventHandlers":[{"name":"foo","exec":["x"]}])",
                 "/app/eventHandlers/0/name: found \"foo\", wanted \"pre-start\""},
                {R"("eventHandlers":[{"name":"pre-start","exec":["x"]},{"name":"pre-start","exec":["y"]}])",
                 "/app/eventHandlers/1"},
                {R"("eventHandlers":[{"name":"pre-start","exec":["x"]},{"name":"post-stop","exec":["y"]}])",
                 ""},
                {R"("eventHandlers":[{"name":"pre-start"}])", "/app/eventHandlers/0/exec"},
                {R"("eventHandlers":[{"name":"pre-start","exec":[]}])",
                 "/app/eventHandlers/0/exec"},
                {R"("exec":null)", ""},
                {R"("exec":[])", ""},
                {R"("exec":[""])", ""},
                {R"("exec":"/bin/sh")", "/app/exec: found \"/bin/sh\", wanted an array"},
                {R"("exec":[1])", "/app/exec/0: found 1"},
                {R"("workingDirectory":"stuff")", "/app/workingDirectory"},
                {R"("workingDirectory":"../home")", "/app/workingDirectory"},
                {R"("workingDirectory":"")", ""},
                {R"("workingDirectory":"/")", ""},
                {R"("supplementaryGIDs":[1,-1])", "/app/supplementaryGIDs/1: found -1"},
                {R"("supplementaryGIDs":[4294967295])", "/app/supplementaryGIDs/0"},
                {R"("supplementaryGIDs":[4294967294,0])", ""},
                {R"("supplementaryGIDs":[1.5])", "/app/supplementaryGIDs/0: found 1.5"},
                {R"("supplementaryGIDs":[1e3])", "/app/supplementaryGIDs/0"},
                {R"("supplementaryGIDs":["1"])", "/app/supplementaryGIDs/0"},
                {R"("supplementaryGids":[7])", ""},
                {R"("Exec":["/bin/sh"])", ""},
                {R"("exec":[],"Exec":["/bin/sh"])", "/app: found both \"exec\" and \"Exec\""},
                {R"("unknown":{"any":[1,2,{}]})", ""},
                {R"("mountPoints":[{"name":"m"}])", "/app/mountPoints/0/path: found nothing"},
                {R"("mountPoints":[{"name":"m","path":"data"}])", "/app/mountPoints/0/path"},
                {R"("mountPoints":[{"name":"m","path":"/"}])", "/app/mountPoints/0/path"},
                {R"("mountPoints":[{"name":"m","path":"/a"},{"name":"m","path":"/b"}])",
                 "/app/mountPoints/1: found mount point \"m\" a second time"},
                {R"("mountPoints":[{"name":"m","path":"/a"},{"name":"n","path":"/a"}])",
                 "/app/mountPoints/1: found path \"/a\" a second time"},
                {R"("mountPoints":[{"name":"m","path":"/a","readOnly":"yes"}])",
                 "/app/mountPoints/0/readOnly: found \"yes\", wanted true or false"},
                {R"("userLabels":{"a":"b","A":"c","":""})", ""},
                {R"("userLabels":{"a":1})", "/app/userLabels/a: found 1"},
                {R"("userAnnotations":[])", "/app/userAnnotations: found an array"},
                {R"("userLabels":{"x/y~z":1})", "/app/userLabels/x~1y~0z: found 1"},
            })
            check<ImageManifest>(row, app(row.text));
    }

    TEST_CASE("user and group") {
        for (const auto& row : std::vector<Row>{
                 {R"("user":"0","group":"0")", ""},
                 {R"("user":"www","group":"/etc/passwd")", ""},
                 {R"("group":"0")", "/app/user: found nothing"},
                 {R"("user":"0")", "/app/group: found nothing"},
                 {R"("user":"","group":"0")", "/app/user: found \"\""},
                 {R"("user":"0","group":"")", "/app/group: found \"\""},
                 {R"("user":0,"group":"0")", "/app/user: found 0"},
             })
            check<ImageManifest>(row, image(fmt::format(R"("app":{{{}}})", row.text)));
    }

    TEST_CASE("ports") {
        for (
            const auto& row : std::vector<Row>{
                {R"({"name":"p","protocol":"tcp","port":88888})", "/app/ports/0/port: found 88888"},
                {R"({"name":"p","protocol":"tcp","port":0})",
                 "/app/ports/0/port: found 0, wanted an integer from 1 to 65535"},
                {R"({"name":"p","protocol":"tcp","port":32456,"count":45678})",
                 "/app/ports/0/count: found 45678, wanted at most 33080"},
                {R"({"name":"p","protocol":"tcp","port":1,"count":18446744073709551615})",
                 "/app/ports/0/count"},
                {R"({"name":"p","protocol":"tcp","port":65535,"count":1})", ""},
                {R"({"name":"p","protocol":"tcp","port":1,"count":65535})", ""},
                {R"({"name":"p","protocol":"tcp","port":80})", ""},
                {R"({"name":"p","protocol":"tcp","port":80,"count":0})", ""},
                {R"({"name":"p","port":80})", "/app/ports/0/protocol: found nothing"},
                {R"({"protocol":"tcp","port":80})", "/app/ports/0/name: found nothing"},
                {R"({"name":"p","protocol":"tcp","port":"80"})", "/app/ports/0/port: found \"80\""},
                {R"({"name":"p","protocol":"tcp","port":80.0})", "/app/ports/0/port"},
                {R"({"name":"p","protocol":"tcp","port":80},{"name":"p","protocol":"udp","port":80})",
                 "/app/ports/1: found port \"p\" a second time"},
            })
            check<ImageManifest>(row, app(fmt::format(R"("ports":[{}])", row.text)));
    }

    TEST_CASE("dependencies and the path whitelist") {
        for (const auto& row : std::vector<Row>{
                 {R"("dependencies":[{}])", "/dependencies/0/imageName: found nothing"},
                 {R"("dependencies":[{"imageName":"a"}])", ""},
                 {R"("dependencies":[{"imageName":"a"},{"imageName":"a"}])", ""},
                 {R"("dependencies":[{"imageName":"a","imageID":null}])", ""},
                 {R"("dependencies":[{"imageName":"a","imageID":""}])", "/dependencies/0/imageID"},
                 {R"("dependencies":[{"imageName":"a","imageID":"sha512-..."}])", ""},
                 {R"("dependencies":[{"imageName":"a","size":-1}])", "/dependencies/0/size"},
                 {R"("dependencies":[{"imageName":"a","size":1.5}])", "/dependencies/0/size"},
                 {R"("dependencies":[{"imageName":"a","size":18446744073709551615}])", ""},
                 {R"("dependencies":[{"imageName":"a","labels":[{"name":"name"}]}])",
                  "/dependencies/0/labels/0/name"},
                 {R"("pathWhitelist":["etc/x","/a/b/"])", ""},
                 {R"("pathWhitelist":["/a/../b"])", "/pathWhitelist/0"},
             })
            check<ImageManifest>(row, image(row.text));
    }

    // appc-conformance: 1
    TEST_CASE("the top of an image manifest") {
        for (const auto& row : std::vector<Row>{
                 {R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"a"})", ""},
                 {R"({"ackind":"ImageManifest","ACVERSION":"0.8.11","Name":"a","app":null})", ""},
                 {R"({"acKind":"PodManifest","acVersion":"0.8.11","name":"a"})",
                  "/acKind: found \"PodManifest\", wanted \"ImageManifest\""},
                 {R"({"acKind":"imagemanifest","acVersion":"0.8.11","name":"a"})", "/acKind"},
                 {R"({"acKind":"","acVersion":"0.8.11","name":"a"})", "/acKind"},
                 {R"({"acVersion":"0.8.11","name":"a"})", "/acKind: found nothing"},
                 {R"({"acKind":null,"acVersion":"0.8.11","name":"a"})", "/acKind: found null"},
                 {R"({"acKind":"ImageManifest","name":"a"})", "/acVersion: found nothing"},
                 {R"({"acKind":"ImageManifest","acVersion":"1","name":"a"})", "/acVersion"},
                 {R"({"acKind":"ImageManifest","acVersion":1,"name":"a"})", "/acVersion: found 1"},
                 {R"({"acKind":"ImageManifest","acVersion":"0.8.11"})", "/name: found nothing"},
                 {R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"A"})", "/name"},
                 {R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":null})",
                  "/name: found null"},
                 {"null", "top level: found null, wanted an object"},
                 {"[]", "top level: found an array"},
                 {"\"x\"", "top level: found \"x\""},
                 {"1", "top level: found 1"},
                 {"", "line 1, column 1"},
                 {"{\n  \"acKind\": }", "line 2"},
                 {R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"a"} x)", "column"},
             })
            check<ImageManifest>(row, row.text);
    }

    TEST_CASE("a message about hostile text is one short line") {
        const auto refused =
            ImageManifest::parse(image(R"("userLabels":1,"labels":[{"name":"a\n\u001b[31m)" +
                                       std::string(5000, 'x') + "\"}]"));
        REQUIRE_FALSE(refused.has_value());
        const auto& message = refused.error().message();
        CHECK(message.find('\n') == std::string::npos);
        CHECK(message.find('\x1b') == std::string::npos);
        CHECK(message.size() < 500);
    }
}
