// SPDX-License-Identifier: LGPL-2.1-or-later
// Archives that hide what they should not, A5 of the project's table of attacks.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sys/xattr.h>

#include "hostile_archive.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT

TEST_SUITE("archive/attack") {
    TEST_CASE("A5: whiteouts become overlayfs' own, whatever the order of members") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        PODD_NEEDS_MARKS(box);
        TarBuilder tar;
        tar.file("d/.wh.gone", "").file(".wh.back", "").file("back", "new");
        tar.directory("dir").file(".wh.dir", "");      // the directory stays, alone
        tar.file(".wh.again", "").directory("again");  // the same the other way round
        tar.file("opq/.wh..wh..opq", "").file("opq/kept").file(".wh..wh.plnk", "");
        const auto result = box.layer(tar.str());
        REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
        CHECK(box.is_whiteout("d/gone"));
        CHECK(box.read("back") == "new");
        CHECK(box.is_opaque("dir"));
        CHECK(box.is_opaque("again"));
        CHECK(box.is_opaque("opq"));
        CHECK(box.exists("opq/kept"));
        CHECK_FALSE(box.is_opaque("d"));
        for (const char* name : {".wh.back", "d/.wh.gone", "opq/.wh..wh..opq", ".wh..wh.plnk"})
            CHECK_FALSE(box.exists(name));
        CHECK(box.digests().find("./d/gone type=char") != std::string::npos);

        Sandbox root;
        TarBuilder hides_all;
        hides_all.file(".wh..wh..opq", "");
        REQUIRE(root.layer(hides_all.str()));
        CHECK(root.is_opaque("."));
    }

    TEST_CASE("A5: whiteouts of nothing, of \".\" and of \"..\" are refused") {
        for (const char* name : {".wh.", ".wh..", ".wh...", "a/.wh.", "a/.wh...", ".wh.a/b"}) {
            CAPTURE(name);
            Sandbox box;
            TarBuilder tar;
            tar.file(name, "");
            CHECK(says(box.layer(tar.str()), "whiteout"));
            CHECK(box.canary_is_whole());
        }
    }

    TEST_CASE("A5: an archive cannot bring overlayfs' own marks") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        PODD_NEEDS_MARKS(box);
        TarBuilder tar;
        for (const char type : {'0', '5'})
            tar.add({.name = fmt::format("x{}", type),
                     .type = type,
                     .pax = {{"SCHILY.xattr.trusted.overlay.redirect", "/etc"},
                             {"SCHILY.xattr.trusted.overlay.metacopy", ""},
                             {"SCHILY.xattr.trusted.overlay.opaque", "y"},
                             {"SCHILY.xattr.user.overlay.redirect", "/etc"},
                             {"SCHILY.xattr.user.overlay.metacopy", ""},
                             {"SCHILY.xattr.user.overlay.opaque", "y"},
                             {"SCHILY.xattr.user.overlay.overlay.opaque", "y"}}});
        tar.add({.name = "white", .type = '3', .major = 0, .minor = 0});
        REQUIRE(box.layer(tar.str()));
        for (const char* name : {"x0", "x5"})
            CHECK(::listxattr(box.tree(name).c_str(), nullptr, 0) == 0);
        CHECK_FALSE(box.exists("white"));
        auto image = aci();
        image.file("rootfs/.wh.name", "an ordinary file");
        Sandbox aci_box;
        REQUIRE(aci_box.any(image.str()));
        CHECK(aci_box.read(".wh.name") == "an ordinary file");
    }
}
