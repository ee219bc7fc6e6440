// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include <doctest/doctest.h>

#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT

TEST_SUITE("archive/aci") {
    TEST_CASE("an ACI may have its members in any order and names beginning with ./") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.directory("./").directory("./rootfs/", 0750).directory("./rootfs/usr");
        tar.file("./rootfs/usr/f", "text").hardlink("./rootfs/g", "./rootfs/usr/f");
        tar.file("./manifest", "{\"acKind\":1}");
        const auto result = box.any(tar.str());
        REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
        CHECK(result->kind == archive::Kind::kAci);
        CHECK(result->manifest == "{\"acKind\":1}");
        CHECK(box.read("g") == "text");
        CHECK((box.stat(".").st_mode & 07777) == 0750);
        CHECK_FALSE(box.exists("rootfs"));
    }

    // appc-conformance: 2
    TEST_CASE("an ACI that breaks a rule of its layout is refused") {
        PODD_NEEDS_ROOT();
        struct Case {
            const char* what;
            TarBuilder tar;
            const char* says;
        };
        const auto with = [](auto... add) {
            TarBuilder tar;
            (add(tar), ...);
            return tar;
        };
        const auto manifest = [](TarBuilder& tar) { tar.file("manifest", "{}"); };
        const auto rootfs = [](TarBuilder& tar) { tar.directory("rootfs"); };
        const auto file = [](const char* name) {
            return [name](TarBuilder& tar) { tar.file(name); };
        };
        const auto link = [](const char* name) {
            return [name](TarBuilder& tar) { tar.symlink(name, "x"); };
        };
        const Case cases[] = {
            {"no manifest", with(rootfs, file("rootfs/x")), "no \"manifest\""},
            {"no rootfs", with(manifest), "no directory \"rootfs\""},
            {"rootfs not named", with(manifest, file("rootfs/x")), "no directory \"rootfs\""},
            {"rootfs a file", with(manifest, file("rootfs")), "is no directory"},
            {"rootfs a link", with(manifest, link("rootfs")), "is no directory"},
            {"manifest a link", with(rootfs, link("manifest")), "is no regular file"},
            {"manifest twice", with(manifest, rootfs, manifest), "is there twice"},
            {"rootfs twice", with(manifest, rootfs, rootfs), "is there twice"},
            {"other name", with(manifest, rootfs, file("other")), "this is no ACI"},
            {"nearly rootfs", with(manifest, rootfs, file("rootfs-evil/x")), "this is no ACI"},
            {"path twice", with(manifest, rootfs, file("rootfs/x"), file("rootfs/./x")),
             "is there twice"},
            {"directory twice",
             with(manifest, rootfs,
                  [](TarBuilder& tar) { tar.directory("rootfs/d").directory("rootfs/d"); }),
             "is there twice"},
            {"beneath a file", with(manifest, rootfs, file("rootfs/x"), file("rootfs/x/y")),
             "beneath something that is no directory"},
        };
        for (const auto& one : cases) {
            CAPTURE(one.what);
            Sandbox box;
            const auto result = box.any(one.tar.str());
            REQUIRE_FALSE(result);
            CAPTURE(result.error().message());
            CHECK(result.error().message().find(one.says) != std::string::npos);
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
        }
    }

    TEST_CASE("a directory may follow what lies in it") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.file("manifest", "{}").directory("rootfs").file("rootfs/d/f");
        tar.directory("rootfs/d", 0700);
        REQUIRE(box.any(tar.str()));
        CHECK((box.stat("d").st_mode & 07777) == 0700);
    }

    TEST_CASE("a manifest of any size cannot fill the memory") {
        Sandbox box;
        TarBuilder tar;
        tar.file("manifest", std::string((4 << 20) + 1, ' '));
        const auto result = box.any(tar.str());
        REQUIRE_FALSE(result);
        CHECK(result.error().message() == "the manifest has more than 4194304 bytes");
    }

    TEST_CASE("the kind is told by the first member") {
        using archive::Kind;
        CHECK(archive::kind_of_first_member("manifest") == Kind::kAci);
        CHECK(archive::kind_of_first_member("rootfs") == Kind::kAci);
        for (const char* name :
             {"oci-layout", "index.json", "blobs/sha256", "manifest.json", "repositories"})
            CHECK(archive::kind_of_first_member(name) == Kind::kContainer);
        const std::string hex(64, 'a');
        CHECK(archive::kind_of_first_member(hex + "/layer.tar") == Kind::kContainer);
        CHECK(archive::kind_of_first_member(hex + ".json") == Kind::kContainer);
        for (const char* name : {"bin", "etc/passwd", "manifests", "usr/manifest.json", ""})
            CHECK(archive::kind_of_first_member(name) == Kind::kLayer);
    }
}
