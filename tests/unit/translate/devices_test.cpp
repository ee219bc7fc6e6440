// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/devices.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

namespace {

// What the only app of a pod gets: "/dev/fuse rw, /dev/rtc0 r".
std::string given(const std::string& app_members) {
    const auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acVersion":"0.8.11","acKind":"PodManifest","volumes":[)"
        R"({{"name":"fuse","kind":"host","source":"/dev/fuse"}},)"
        R"({{"name":"clock","kind":"host","source":"/dev/rtc0","readOnly":true}},)"
        R"({{"name":"data","kind":"host","source":"/srv"}},{{"name":"own","kind":"empty"}}],)"
        R"("apps":[{{"name":"a","image":{{"name":"x"}},{}}}]}})",
        app_members));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    std::string text;
    for (const auto& device : translate::devices(*manifest, manifest->apps.front()))
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", device.path,
                            device.read_only ? "r" : "rw");
    return text;
}

std::string with_points(const std::string& points, const std::string& mounts) {
    return fmt::format(
        R"("app":{{"exec":["/x"],"user":"0","group":"0","mountPoints":[{}]}},"mounts":[{}])",
        points, mounts);
}

}  // namespace

TEST_SUITE("translate/devices") {
    TEST_CASE("an app gets the devices that the manifest mounts into it, as read-only as said") {
        struct Case {
            std::string members;
            std::string wanted;
        };
        const std::string fuse = R"({"volume":"fuse","path":"/dev/fuse"})";
        for (const auto& [members, wanted] : {
                 Case{R"("mounts":[])", ""},
                 Case{R"("mounts":[)" + fuse + "]", "/dev/fuse rw"},
                 Case{R"("mounts":[{"volume":"clock","path":"/a"},)" + fuse + "]",
                      "/dev/rtc0 r, /dev/fuse rw"},
                 Case{R"("mounts":[{"volume":"data","path":"/a"},{"volume":"own","path":"/b"}])",
                      ""},
                 Case{R"("mounts":[{"volume":"x","path":"/a","appVolume":)"
                      R"({"name":"x","kind":"host","source":"/dev/kvm"}}])",
                      "/dev/kvm rw"},
                 // mount points of the manifest's own "app", by name or by path
                 Case{with_points(R"({"name":"fuse","path":"/a"})", ""), "/dev/fuse rw"},
                 Case{with_points(R"({"name":"fuse","path":"/a","readOnly":true})", ""),
                      "/dev/fuse r"},
                 Case{with_points(R"({"name":"p","path":"/dev/fuse","readOnly":true})", fuse),
                      "/dev/fuse r"},
                 Case{with_points(R"({"name":"clock","path":"/dev/fuse"})", fuse), "/dev/fuse rw"},
                 // of two mounts of one device, the stronger right counts
                 Case{with_points(R"({"name":"fuse","path":"/a","readOnly":true})", fuse),
                      "/dev/fuse rw"},
             }) {
            CAPTURE(members);
            CHECK(given(members) == wanted);
        }
    }

    TEST_CASE("which sources may be devices") {
        for (const std::string path : {"/dev/fuse", "/dev/dri/card0", "/dev/shmem", "/dev/ptsx"})
            CHECK(translate::is_device_path(path));
        for (const std::string path :
             {"/dev", "/devices/a", "/srv/dev/fuse", "/dev/shm", "/dev/shm/x", "/dev/pts/0",
              "/dev/mqueue/q", "/dev/hugepages/x"})
            CHECK_FALSE(translate::is_device_path(path));
    }
}
