// SPDX-License-Identifier: LGPL-2.1-or-later
// Hostile archives, each made here; those with whiteouts are in whiteout_attack_test.cpp. A1 … A9
// are the names of the attacks in the project's table.
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <linux/capability.h>
#include <sys/resource.h>

#include "archive/attributes.h"
#include "archive/member_path.h"
#include "hostile_archive.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT

TEST_SUITE("archive/attack") {
    TEST_CASE("A1: names that lead out are refused, for every type of member") {
        for (const char type : {'0', '1', '2', '3', '4', '5', '6'})
            for (const std::string name :
                 {"../canary", "a/../../canary", "..", "a/..", "./../canary", "a/b/../../../canary",
                  "rootfs/../../canary"}) {
                CAPTURE(type);
                CAPTURE(name);
                Sandbox box;
                TarBuilder tar;
                tar.add({.name = name, .type = type, .link = "x"});
                CHECK_FALSE(box.layer(tar.str()));
                Sandbox aci_box;
                auto image = aci();
                image.add({.name = name, .type = type, .link = "x"});
                CHECK_FALSE(aci_box.any(image.str()));
                CHECK(box.canary_is_whole());
                CHECK(aci_box.canary_is_whole());
            }
    }

    TEST_CASE("A1: absolute names lie beneath the root of a layer and are refused in an ACI") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        const auto outside = box.path() + "/canary";
        TarBuilder tar;
        tar.file(outside, "overwritten").file("/etc/passwd", "inside");
        REQUIRE(box.layer(tar.str()));
        CHECK(box.canary_is_whole());
        CHECK(box.read("etc/passwd") == "inside");
        CHECK(box.read(outside.substr(1)) == "overwritten");

        Sandbox aci_box;
        auto image = aci();
        image.file("/rootfs/x");
        CHECK(says(aci_box.any(image.str()), "has an absolute name"));
    }

    TEST_CASE("A2, CVE-2026-17106: nothing is written through a symbolic link that leads out") {
        PODD_NEEDS_ROOT();
        for (const char* target : {"..", "../..", "/", "../canary", "/tmp", "./.."}) {
            CAPTURE(target);
            Sandbox box;
            TarBuilder tar;
            tar.symlink("d", target).file("d/canary", "overwritten").directory("d/made");
            (void)box.layer(tar.str());  // inside the root, or refused
            CHECK(box.canary_is_whole());

            Sandbox aci_box;
            auto image = aci();
            image.symlink("rootfs/d", target).file("rootfs/d/canary", "overwritten");
            CHECK(says(aci_box.any(image.str()), "lies beneath a symbolic link"));
            CHECK(aci_box.canary_is_whole());
        }
    }

    TEST_CASE("A2: a file that replaces a link replaces the link itself") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.symlink("f", "../canary").file("f", "new");
        REQUIRE(box.layer(tar.str()));
        CHECK(box.canary_is_whole());
        CHECK(box.read("f") == "new");
    }

    TEST_CASE("A2: links in a circle end in an error") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.symlink("a", "b").symlink("b", "a").file("a/x");
        CHECK(says(box.layer(tar.str()), "symbolic link"));
        Sandbox dangling;
        TarBuilder other;
        other.symlink("a", "nowhere").file("a/x");
        CHECK(says(dangling.layer(other.str()), "leads nowhere"));
    }

    TEST_CASE("A3, CVE-2026-50163: hard links reach regular files of the same archive only") {
        PODD_NEEDS_ROOT();
        for (const char* target : {"link", "../canary", "/canary", "../../../etc/passwd", "missing",
                                   "dir", "dir/../../canary", "out/canary"}) {
            CAPTURE(target);
            Sandbox box;
            TarBuilder tar;
            tar.symlink("link", "../canary").symlink("out", "..").directory("dir");
            tar.hardlink("hard", target).file("hard", "overwritten");
            const auto result = box.layer(tar.str());
            CHECK_FALSE(result);
            CHECK(box.canary_is_whole());
        }
        Sandbox box;
        auto image = aci();
        image.file("rootfs/a").hardlink("rootfs/b", "manifest");
        CHECK(says(box.any(image.str()), "outside \"rootfs\""));
        Sandbox self;
        TarBuilder tar;
        tar.file("a").hardlink("a", "a");
        CHECK(says(self.layer(tar.str()), "to itself"));
    }

    TEST_CASE("A3, CVE-2026-26960: chains of links of any length do not lead out") {
        PODD_NEEDS_ROOT();
        for (int depth = 1; depth <= 45; ++depth) {
            Sandbox box;
            TarBuilder tar;
            tar.symlink("s0", "..");
            for (int i = 1; i <= depth; ++i)
                tar.symlink(fmt::format("s{}", i), fmt::format("s{}/..", i - 1));
            tar.hardlink("hard", fmt::format("s{}/canary", depth));
            CHECK_FALSE(box.layer(tar.str()));
            Sandbox other;
            TarBuilder writes;
            writes.raw(tar.unfinished().substr(0, tar.unfinished().size() - 512));
            writes.file(fmt::format("s{}/canary", depth), "overwritten");
            (void)other.layer(writes.str());
            CHECK(box.canary_is_whole());
            CHECK(other.canary_is_whole());
        }
    }

    TEST_CASE("A6: devices are left out with a note, capabilities lose their foreign owner") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        const auto capability = [](std::uint32_t revision, std::size_t size) {
            std::string value(size, '\0');
            const std::uint32_t magic = revision | VFS_CAP_FLAGS_EFFECTIVE;
            std::memcpy(value.data(), &magic, sizeof magic);
            value[5] = 0x20;  // CAP_NET_RAW
            if (size == 24) value[20] = 77;
            return value;
        };
        TarBuilder tar;
        tar.add({.name = "dev/sda", .type = '4', .major = 8})
            .add({.name = "dev/mem", .type = '3', .major = 1, .minor = 1});
        tar.add(
            {.name = "v2",
             .pax = {{"SCHILY.xattr.security.capability", capability(VFS_CAP_REVISION_2, 20)}}});
        tar.add(
            {.name = "v3",
             .pax = {{"SCHILY.xattr.security.capability", capability(VFS_CAP_REVISION_3, 24)}}});
        const auto result = box.layer(tar.str());
        REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
        CHECK_FALSE(box.exists("dev/sda"));
        CHECK_FALSE(box.exists("dev/mem"));
        REQUIRE(result->notes.size() == 1);
        CHECK(result->notes[0] == "left out 2 device nodes, \"dev/sda\" first: a pod has its own");
        for (const char* name : {"v2", "v3"}) {
            char value[64];
            CHECK(::getxattr(box.tree(name).c_str(), "security.capability", value, sizeof value) ==
                  20);
            CHECK(std::string{value, 20} == capability(VFS_CAP_REVISION_2, 20));
        }
        Sandbox bad;
        TarBuilder other;
        other.add({.name = "f", .pax = {{"SCHILY.xattr.security.capability", "short"}}});
        CHECK(says(bad.layer(other.str()), "file capability of an unknown form"));
    }

    TEST_CASE("A7: counts, depth, length and holes have limits") {
        PODD_NEEDS_ROOT();
        const archive::Limits few{.max_entries = 100, .max_bytes = 1 << 20, .max_hole_bytes = 4096};
        TarBuilder many;
        for (int i = 0; i < 101; ++i)
            many.file(fmt::format("f{}", i), "");
        CHECK(says(Sandbox{}.layer(many.str(), few), "more than 100 members"));

        TarBuilder parents;  // directories that no member names count too
        for (int i = 0; i < 60; ++i)
            parents.file(fmt::format("d{}/f", i), "");
        CHECK(says(Sandbox{}.layer(parents.str(), few), "more than 100 members"));

        const archive::Limits sparse_names{.max_empty_entries = 10, .max_empty_ratio = 2};
        TarBuilder empty;
        for (int i = 0; i < 16; ++i)
            empty.file(fmt::format("f{}", i), i < 2 ? "data" : "");
        CHECK(Sandbox{}.layer(empty.str(), sparse_names));
        empty.file("g", "");
        CHECK(says(Sandbox{}.layer(empty.str(), sparse_names), "15 members without data"));

        std::string deep;
        for (int i = 0; i < 100'000; ++i)
            deep += "d/";
        TarBuilder depth;
        depth.add({.name = "x", .pax = {{"path", deep.substr(0, 4000)}}});
        CHECK(says(Sandbox{}.layer(depth.str()), "more than 256 levels deep"));
        TarBuilder length;
        length.add({.name = "x", .pax = {{"path", deep.substr(0, 65536)}}});
        CHECK(says(Sandbox{}.layer(length.str()), "at most 4095 are taken"));
        TarBuilder component;
        component.add({.name = "x", .pax = {{"path", std::string(256, 'c')}}});
        CHECK(says(Sandbox{}.layer(component.str()), "longer than 255 bytes"));

        TarBuilder big;
        big.header({.name = "big"}, std::uint64_t{1} << 50);
        CHECK(says(Sandbox{}.layer(big.str()), "larger than"));

        for (const char* size : {"1048576", "9223372036854775807", "8192"}) {
            CAPTURE(size);
            std::string map = fmt::format("1\n{}\n0\n", size);
            map.resize(512, '\0');
            TarBuilder sparse;
            sparse.add({.name = "GNUSparseFile.0/s",
                        .data = map,
                        .pax = {{"GNU.sparse.major", "1"},
                                {"GNU.sparse.minor", "0"},
                                {"GNU.sparse.name", "s"},
                                {"GNU.sparse.realsize", size}}});
            CHECK_FALSE(Sandbox{}.layer(sparse.str(), few));
        }
    }

    TEST_CASE("A8: bytes after the archive are refused, padding is not") {
        PODD_NEEDS_ROOT();
        TarBuilder tar;
        tar.file("a");
        CHECK(Sandbox{}.layer(tar.str() + std::string(100'000, '\0')));
        CHECK(says(Sandbox{}.layer(tar.str() + "x"), "followed by other bytes"));
        TarBuilder second;
        second.file("hidden");
        CHECK(says(Sandbox{}.layer(tar.str() + second.str()), "followed by other bytes"));
        CHECK(says(Sandbox{}.layer(tar.str() + std::string(2 << 20, '\0') + "x"),
                   "followed by other bytes"));
    }

    TEST_CASE("A9: pax headers that contradict themselves are refused or read as GNU tar does") {
        PODD_NEEDS_ROOT();
        for (const auto& [key, value] :
             std::map<std::string, std::string>{{"size", "-1"},
                                                {"size ", "99999999999999999999"},
                                                {"uid", "-5"},
                                                {"gid", "99999999999"},
                                                {"path", "../canary"},
                                                {"path ", ""},
                                                {"linkpath", "../canary"},
                                                {"mtime", "1e400"},
                                                {"mtime ", "-99999999999999"},
                                                {"GNU.sparse.map", "0,-1"},
                                                {"GNU.sparse.size", "-7"},
                                                {"SCHILY.acl.access", "user:65536:rwx:70000"}}) {
            CAPTURE(key);
            Sandbox box;
            TarBuilder tar;
            tar.add({.name = "f", .data = "data", .pax = {{key.substr(0, key.find(' ')), value}}});
            (void)box.layer(tar.str());  // it ends, one way or the other
            CHECK(box.canary_is_whole());
        }
        Sandbox box;
        TarBuilder twice;
        const auto both =
            TarBuilder::record("path", "first") + TarBuilder::record("path", "second");
        twice.header({.name = "pax", .type = 'x'}, both.size());
        twice.data(both);
        twice.file("third", "x");
        REQUIRE(box.layer(twice.str()));
        CHECK(box.exists("second"));  // as GNU tar reads it

        for (const std::string records :
             {"5 a\n", "99999999999999999 a=b\n", "-3 a=b\n", "a=b\n"}) {
            CAPTURE(records);
            Sandbox other;
            TarBuilder tar;
            tar.header({.name = "pax", .type = 'x'}, records.size());
            tar.data(records);
            tar.file("f");
            CHECK_FALSE(other.layer(tar.str()));
        }
    }

    TEST_CASE("A9: names of any bytes are kept or refused, and never break a message") {
        PODD_NEEDS_ROOT();
        for (const std::string name : {"caf\xe9", "\xff\xfe", "new\nline", "tab\t", "esc\x1b[2J"}) {
            CAPTURE(name);
            Sandbox box;
            TarBuilder tar;
            tar.file(name, "plain");
            REQUIRE(box.layer(tar.str()));
            CHECK(box.read(name) == "plain");
            CHECK(archive::quoted(name).find('\x1b') == std::string::npos);
            CHECK(archive::quoted(name).find('\n') == std::string::npos);
            CHECK(archive::quoted(name).find('\xff') == std::string::npos);
        }
        CHECK(archive::quoted("grün") == "\"grün\"");
        CHECK(archive::quoted("caf\xe9") == "\"caf\\xe9\"");
    }

    TEST_CASE("A9: archives cut short anywhere, and damaged ones, are refused") {
        PODD_NEEDS_ROOT();
        TarBuilder tar;
        tar.file("a", std::string(700, 'a')).file("b", "b");
        const auto whole = tar.unfinished();
        for (const std::size_t at : {std::size_t{1}, std::size_t{511}, std::size_t{513},
                                     std::size_t{1100}, whole.size() - 1}) {
            CAPTURE(at);
            CHECK_FALSE(Sandbox{}.layer(whole.substr(0, at)));
        }
        auto damaged = whole;
        damaged[0] = 'X';  // the header's checksum knows better
        CHECK(says(Sandbox{}.layer(damaged), "not a tar archive"));
        auto second = whole;
        second[512 + 1024] = 'X';
        CHECK(says(Sandbox{}.layer(second), "damaged"));
        CHECK(says(Sandbox{}.layer("no archive at all"), "not a tar archive"));
        CHECK(says(Sandbox{}.layer(""), "not a tar archive"));
    }
}
