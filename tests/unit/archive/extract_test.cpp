// SPDX-License-Identifier: LGPL-2.1-or-later
// Trees of layers into one tar as overlayfs shows them, and that into a folder of the caller's.
#include <clocale>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archive/pack.h"
#include "archive/tar_writer.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT

namespace {

// Members as words: "a/" a directory, "a" a file of that text, "a=" a link to the first file.
std::string layer(const std::string& words) {
    TarBuilder tar;
    std::string first;
    std::istringstream members{words};
    for (std::string word; members >> word;) {
        if (word.ends_with('/'))
            tar.directory(word, 0750);
        else if (word.ends_with('='))
            tar.hardlink(word.substr(0, word.size() - 1), first);
        else
            tar.file(word, words);
        if (first.empty() && !word.ends_with('/')) first = word;
    }
    return tar.str();
}

base::Result<std::string> packed(const std::vector<std::unique_ptr<Sandbox>>& boxes) {
    REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);  // as programs do
    std::vector<int> roots;
    roots.reserve(boxes.size());
    for (const auto& box : boxes)
        roots.push_back(box->root());
    std::string text;
    auto writer = archive::TarWriter::create([&](std::string_view bytes) {
        text += bytes;
        return base::Result<>{};
    });
    REQUIRE(writer);
    TRY(writer->add_file({.name = "manifest", .mode = 0644, .size = 2}, "{}"));
    TRY(archive::pack_layers(roots, {}, *writer));
    TRY(writer->finish());
    return text;
}

base::Result<archive::Unpacked> unpacked(std::string_view tar, int root_fd,
                                         archive::Owners owners) {
    const auto in = memory_file(tar);
    archive::UnpackOptions options;
    options.root_fd = root_fd;
    options.any_kind = true;
    options.owners = owners;
    return archive::unpack(in.get(), options);
}

std::string look(const Sandbox& box, const std::string& path = "") {
    const auto dir = base::open_at(box.root(), path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
    REQUIRE(dir);
    const auto names = base::list_dir(dir->get());
    REQUIRE(names);
    std::string text;
    for (const auto& name : *names) {
        const auto child = path.empty() ? name : path + "/" + name;
        if (S_ISDIR(box.stat(child).st_mode))
            text += child + "/\n" + look(box, child);
        else
            text += child + " " + box.read(child) + "\n";
    }
    return text;
}

struct Case {
    const char* what;
    std::vector<std::string> layers;
    const char* expected;
};

const Case kCases[] = {
    {"one layer", {"a/ a/b c"}, "a/\na/b a/ a/b c\nc a/ a/b c\n"},
    {"the higher file counts", {"a", "a x"}, "a a x\nx a x\n"},
    {"directories merge", {"a/ a/b", "a/ a/c"}, "a/\na/b a/ a/b\na/c a/ a/c\n"},
    {"a whiteout hides", {"a b", ".wh.a"}, "b a b\n"},
    {"in the lowest layer it hides nothing and is not there", {".wh.a b"}, "b .wh.a b\n"},
    {"and a directory with all that is in it", {"a/ a/b c", ".wh.a"}, "c a/ a/b c\n"},
    {"what comes after the whiteout is seen", {"a/ a/b", ".wh.a", "a/ a/c"}, "a/\na/c a/ a/c\n"},
    {"an opaque directory hides what is below it",
     {"a/ a/b", "a/ a/.wh..wh..opq a/c"},
     "a/\na/c a/ a/.wh..wh..opq a/c\n"},
    {"and what is below in directories of it",
     {"a/ a/d/ a/d/b", "a/ a/.wh..wh..opq a/d/ a/d/c"},
     "a/\na/d/\na/d/c a/ a/.wh..wh..opq a/d/ a/d/c\n"},
    {"a file hides a directory", {"a/ a/b", "a"}, "a a\n"},
    {"a directory hides a file", {"a", "a/ a/b"}, "a/\na/b a/ a/b\n"},
    {"a file between two directories parts them", {"a/ a/b", "a", "a/ a/c"}, "a/\na/c a/ a/c\n"},
};

}  // namespace

TEST_SUITE("archive/extract") {
    TEST_CASE("layers are packed as overlayfs shows them") {
        PODD_NEEDS_ROOT();
        PODD_NEEDS_MARKS(Sandbox{});
        for (const auto& one : kCases) {
            CAPTURE(one.what);
            std::vector<std::unique_ptr<Sandbox>> boxes;
            for (const auto& words : one.layers) {
                boxes.push_back(std::make_unique<Sandbox>());
                REQUIRE(boxes.back()->layer(layer(words)));
            }
            const auto tar = packed(boxes);
            REQUIRE(tar);
            const Sandbox target;
            const auto result = unpacked(*tar, target.root(), archive::Owners::kArchived);
            REQUIRE(result);
            CHECK(result->manifest == "{}");
            CHECK(look(target) == one.expected);
        }
    }

    TEST_CASE("owners, modes and hard links come along") {
        PODD_NEEDS_ROOT();
        std::vector<std::unique_ptr<Sandbox>> boxes;
        boxes.push_back(std::make_unique<Sandbox>());
        TarBuilder tar;
        tar.directory("./", 0711).add({.name = "su", .data = "s", .mode = 04755, .gid = 7});
        REQUIRE(boxes.back()->layer(tar.hardlink("su2", "su").str()));
        const auto text = packed(boxes);
        REQUIRE(text);
        const Sandbox target;
        REQUIRE(unpacked(*text, target.root(), archive::Owners::kArchived));
        CHECK((target.stat(".").st_mode & 07777) == 0711);
        CHECK((target.stat("su").st_mode & 07777) == 04755);
        CHECK(target.stat("su").st_gid == 7);
        CHECK(target.stat("su").st_ino == target.stat("su2").st_ino);
    }

    TEST_CASE("without privilege all files are the caller's, and nothing is setuid") {
        TarBuilder tar;
        tar.file("manifest", "{}")
            .directory("rootfs", 0755)
            .directory("rootfs/closed", 0555)
            .add({.name = "rootfs/closed/su", .data = "s", .mode = 06755, .uid = 33, .gid = 44})
            .add({.name = "rootfs/closed/dark", .type = '5', .mode = 0, .uid = 1})
            .add({.name = "rootfs/closed/dark/file", .data = "f", .mode = 0400})
            .symlink("rootfs/link", "/etc/passwd")
            .add({.name = "rootfs/fifo", .type = '6', .mode = 0622});
        const Sandbox target;
        const auto result = unpacked(tar.str(), target.root(), archive::Owners::kCaller);
        REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
        CHECK((target.stat("closed").st_mode & 07777) == 0555);
        CHECK((target.stat("closed/su").st_mode & 07777) == 0755);
        CHECK(target.stat("closed/su").st_uid == ::geteuid());
        CHECK(target.stat("closed/su").st_gid == ::getegid());
        CHECK((target.stat("closed/dark").st_mode & 07777) == 0);
        CHECK(target.stat("closed").st_mtim.tv_sec == 1'700'000'000);
        REQUIRE(::fchmodat(target.root(), "closed/dark", 0700, 0) == 0);
        CHECK((target.stat("closed/dark/file").st_mode & 07777) == 0400);
        REQUIRE(::fchmodat(target.root(), "closed", 0700, 0) == 0);
        CHECK(target.canary_is_whole());
    }
}
