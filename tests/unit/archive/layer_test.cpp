// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "archive/digest_compare.h"
#include "archive/digest_list.h"
#include "archive/tree_hash.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT

TEST_SUITE("archive/layer") {
    TEST_CASE("a layer keeps modes, owners, times, links and contents") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.directory("./", 0711)
            .directory("usr/", 02775)
            .add({.name = "usr/su", .data = "setuid", .mode = 04755, .uid = 0, .gid = 65535})
            .add({.name = "usr/mail", .data = "m", .mode = 0640, .uid = 8, .gid = 12})
            .hardlink("usr/su2", "usr/su")
            .symlink("bin", "usr")
            .add({.name = "fifo", .type = '6', .mode = 0622})
            .file("deep/er/file", "implicit parents");
        const auto result = box.layer(tar.str());
        REQUIRE(result);
        CHECK(result->kind == archive::Kind::kLayer);
        CHECK((box.stat("usr").st_mode & 07777) == 02775);
        CHECK((box.stat("usr/su").st_mode & 07777) == 04755);
        CHECK(box.stat("usr/su").st_gid == 65535);
        CHECK(box.stat("usr/su").st_nlink == 2);
        CHECK(box.stat("usr/su").st_ino == box.stat("usr/su2").st_ino);
        CHECK(box.stat("usr").st_mtim.tv_sec == 1'700'000'000);
        CHECK(box.stat("usr/mail").st_mtim.tv_sec == 1'700'000'000);
        CHECK(box.stat("bin").st_mtim.tv_sec == 1'700'000'000);
        CHECK(box.stat("usr/mail").st_uid == 8);
        CHECK((box.stat("usr/mail").st_mode & 07777) == 0640);
        CHECK(S_ISLNK(box.stat("bin").st_mode));
        CHECK(S_ISFIFO(box.stat("fifo").st_mode));
        CHECK((box.stat("").st_mode & 07777) == 0);  // "" names nothing
        CHECK((box.stat(".").st_mode & 07777) == 0711);
        CHECK((box.stat("deep/er").st_mode & 07777) == 0755);
        CHECK(box.read("deep/er/file") == "implicit parents");
        CHECK(result->bytes == 6 + 6 + 1 + 16);
    }

    TEST_CASE("the digest list names every file once, sorted, with its digest") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.file("b", "old").file("a b\n", "hello").symlink("l", "to # here").file("b", "new");
        tar.file("empty", "");
        REQUIRE(box.layer(tar.str()));
        const auto list = box.digests();
        CAPTURE(list);
        CHECK(list.starts_with("#mtree\n#xattrs\n. type=dir mode=0700 uid=0 gid=0\n"));
        CHECK(list.find("./a\\040b\\012 type=file mode=0644 uid=0 gid=0 size=5 sha256digest="
                        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n") !=
              std::string::npos);
        CHECK(list.find("./b type=file mode=0644 uid=0 gid=0 size=3 sha256digest="
                        "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437\n") !=
              std::string::npos);
        CHECK(list.find("./l type=link mode=0777 uid=0 gid=0 link=to\\040\\043\\040here\n") !=
              std::string::npos);
        CHECK(list.find("./empty type=file mode=0644 uid=0 gid=0 size=0 sha256digest="
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n") !=
              std::string::npos);
    }

    TEST_CASE("ids above 65535 are an error that names the member") {
        for (const auto& [uid, gid] :
             {std::pair<std::uint64_t, std::uint64_t>{65536, 0}, {0, 70000}, {4294967295, 0}}) {
            Sandbox box;
            TarBuilder tar;
            tar.add({.name = "home/eve", .data = "x", .uid = uid, .gid = gid});
            const auto result = box.layer(tar.str());
            REQUIRE_FALSE(result);
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
            CAPTURE(result.error().message());
            CHECK(result.error().message().find("\"home/eve\"") != std::string::npos);
            CHECK(result.error().message().find("ids up to 65535 can be kept") !=
                  std::string::npos);
        }
    }

    TEST_CASE("a link to a directory is followed inside the root") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        tar.directory("usr/lib").symlink("lib", "/usr/lib").file("lib/x.so", "so");
        REQUIRE(box.layer(tar.str()));
        CHECK(box.read("usr/lib/x.so") == "so");
        CHECK(S_ISLNK(box.stat("lib").st_mode));
    }

    TEST_CASE("sparse files and long names are kept") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        const std::string long_name = std::string(120, 'd') + "/" + std::string(200, 'f');
        TarBuilder tar;
        tar.add({.name = "short", .data = "long", .pax = {{"path", long_name}}});
        // GNU's format 1.0: the map stands in front of the data.
        std::string map = "1\n1048576\n3\n";
        map.resize(512, '\0');
        tar.add({.name = "GNUSparseFile.0/s",
                 .data = map + "end",
                 .pax = {{"GNU.sparse.major", "1"},
                         {"GNU.sparse.minor", "0"},
                         {"GNU.sparse.name", "s"},
                         {"GNU.sparse.realsize", "1048579"}}});
        const auto result = box.layer(tar.str());
        REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
        CHECK(box.read(long_name) == "long");
        CHECK(box.stat("s").st_size == 1048579);
        CHECK(box.stat("s").st_blocks < 100);
    }

    TEST_CASE("an empty layer is one") {
        Sandbox box;
        CHECK(box.layer(std::string(1024, '\0')));
        CHECK(box.digests().starts_with("#mtree\n#xattrs\n. type=dir"));
        CHECK(box.digests().ends_with("\n#total files=1 bytes=0\n"));
    }

    TEST_CASE("the digest list says at its end what the tree holds") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        TarBuilder tar;
        // Names cannot look like that line, and the list does not fit in one write.
        tar.file("\n#total files=7 bytes=7", "five!");
        for (int i = 0; i < 1000; ++i)
            tar.file(std::string(90, 'x') + std::to_string(i), "y");
        REQUIRE(box.layer(tar.str()));
        const auto size = archive::listed_size(box.digests_fd());
        REQUIRE(size);
        CHECK(size->files == 1002);
        CHECK(size->bytes == 1005);
        CHECK(box.digests().find("\n\n") == std::string::npos);
    }

    TEST_CASE("a list without a whole last line says nothing") {
        for (const char* text :
             {"", "#mtree\n", "#mtree\n#total files=1", "#mtree\n#total files=1 bytes=2",
              "#mtree\n#total files=1 bytes=2\n./x type=file\n", "#mtree\n#total files=x bytes=2\n",
              "#mtree\n#total files=1 bytes=\n",
              "#mtree\n#total files=1 bytes=99999999999999999999\n"}) {
            CAPTURE(text);
            CHECK(!archive::listed_size(memory_file(text).get()));
        }
    }

    TEST_CASE("user attributes and access control lists are kept, others not") {
        PODD_NEEDS_ROOT();
        Sandbox box;
        PODD_NEEDS_MARKS(box);
        TarBuilder tar;
        tar.add({.name = "d",
                 .type = '5',
                 .mode = 0755,
                 .pax = {{"SCHILY.acl.default",
                          "user::rwx,user:7:r-x:7,group::r-x,mask::rwx,"
                          "other::---"}}});
        tar.add({.name = "d/f",
                 .data = "x",
                 .pax = {{"SCHILY.xattr.user.note", "kept"},
                         {"SCHILY.xattr.trusted.note", "dropped"},
                         {"SCHILY.xattr.security.selinux", "dropped"},
                         {"SCHILY.acl.access",
                          "user::rw-,user:33:r--:33,group::r--,mask::r--,"
                          "other::---"}}});
        tar.file("d/g");
        const auto result = box.layer(tar.str());
        REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
        const auto has = [&](const char* file, const char* name) {
            return ::getxattr(box.tree(file).c_str(), name, nullptr, 0) > 0;
        };
        CHECK(has("d/f", "user.note"));
        CHECK_FALSE(has("d/f", "trusted.note"));
        CHECK_FALSE(has("d/f", "security.selinux"));
        CHECK(has("d/f", "system.posix_acl_access"));
        CHECK(has("d", "system.posix_acl_default"));
        CHECK_FALSE(has("d/g", "system.posix_acl_access"));  // nothing is inherited

        // What is read again says the same of them, until somebody changes one.
        const auto differences = [&] {
            const auto out = memory_file("");
            auto facts =
                archive::hash_tree(box.root(), [](std::uint64_t) { return base::Result<>{}; });
            REQUIRE(facts);
            REQUIRE(archive::write_digest_list(box.root(), out.get(), *std::move(facts)));
            std::size_t count = 0;
            std::string text;
            for (const auto& difference : archive::compare_digest_lists(
                     box.digests(),
                     base::read_file(fmt::format("/proc/self/fd/{}", out.get()), 100'000).value(),
                     100, count))
                text += fmt::format("{}: {}\n", difference.path, difference.what);
            return text;
        };
        CHECK(differences() == "");
        REQUIRE(::setxattr(box.tree("d/f").c_str(), "user.note", "new", 3, 0) == 0);
        REQUIRE(::setxattr(box.tree("d/g").c_str(), "user.new", "n", 1, 0) == 0);
        REQUIRE(::removexattr(box.tree("d").c_str(), "system.posix_acl_default") == 0);
        CHECK(differences() ==
              "./d: its attributes differ\n./d/f: its attributes differ\n"
              "./d/g: its attributes differ\n");
    }
}
