// SPDX-License-Identifier: LGPL-2.1-or-later
// The accept and reject table for structures, row by row: the REC column of podd's appc reference.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

using namespace podd::schema;

namespace {

struct Row {
    std::string text;  // the part of the manifest that the row is about
    std::string says;  // empty: accepted; else what the refusal must contain
};

std::string image(std::string_view members) {
    return fmt::format(
        R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/app",{}}})",
        members);
}
std::string app(std::string_view members) {
    return image(fmt::format(R"("app":{{"user":"0","group":"0",{}}})", members));
}
std::string pod(std::string_view members) {
    return fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}}}}],{}}})",
        members);
}
// A pod of one app that has these members too.
std::string pod_app(std::string_view members) {
    return fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}},{}}}],)"
        R"("volumes":[{{"name":"v","kind":"empty"}}]}})",
        members);
}

template <typename Manifest>
void check(const Row& row, const std::string& text) {
    CAPTURE(row.text);
    const auto manifest = Manifest::parse(text);
    if (row.says.empty()) {
        REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
        const auto again = Manifest::parse(manifest->to_json().str());
        REQUIRE_MESSAGE(again.has_value(), again.error().message());
        CHECK(*again == *manifest);
        return;
    }
    REQUIRE_FALSE(manifest.has_value());
    CAPTURE(manifest.error().message());
    CHECK(manifest.error().code() == podd::base::ErrorCode::kInvalidArgument);
    CHECK(manifest.error().message().find(row.says) != std::string::npos);
}

}  // namespace

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
