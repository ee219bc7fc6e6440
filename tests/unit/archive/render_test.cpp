// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/render.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "archive/listed_tree.h"
#include "base/hash.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;        // NOLINT
using namespace podd::test;  // NOLINT

namespace {

// Members as lines: "etc/ 711", "etc/a text", "lib -> usr/lib", "g = etc/a" (a hard link).
std::string aci(const std::string& members) {
    TarBuilder tar;
    tar.file("manifest", "{}").directory("rootfs");
    std::istringstream lines{members};
    for (std::string path, word, target; lines >> path >> word;) {
        const auto name = "rootfs/" + path;
        if (path.ends_with('/'))
            tar.directory(name, static_cast<unsigned>(std::stoul(word, nullptr, 8)));
        else if (word == "->" && lines >> target)
            tar.symlink(name, target);
        else if (word == "=" && lines >> target)
            tar.hardlink(name, "rootfs/" + target);
        else
            tar.file(name, word);
    }
    return tar.str();
}

// The same notation for what a folder holds.
std::string look(const Sandbox& box, const std::string& path = "") {
    const auto dir = base::open_at(box.root(), path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
    REQUIRE(dir);
    const auto names = base::list_dir(dir->get());
    REQUIRE(names);
    std::string text;
    for (const auto& name : *names) {
        const auto child = path.empty() ? name : path + "/" + name;
        const auto st = box.stat(child);
        char target[256] = {};
        if (S_ISDIR(st.st_mode))
            text += fmt::format("{}/ {:o}\n{}", child, st.st_mode & 07777, look(box, child));
        else if (::readlinkat(box.root(), child.c_str(), target, sizeof target - 1) >= 0)
            text += fmt::format("{} -> {}\n", child, target);
        else
            text += fmt::format("{} {}\n", child, box.read(child));
    }
    return text;
}

// What the list says of every file must be what is in it.
void check_digests(const Sandbox& box) {
    const auto listed = archive::ListedTree::read(box.digests_fd());
    REQUIRE(listed);
    std::istringstream lines{look(box)};
    for (std::string path, word, target; lines >> path >> word;) {
        if (word == "->") lines >> target;
        if (path.ends_with('/') || word == "->") continue;
        CAPTURE(path);
        const auto digest = listed->sha256(path);
        REQUIRE(digest);
        std::string hex;
        for (const unsigned char byte : *digest)
            hex += fmt::format("{:02x}", byte);
        CHECK(hex == base::hash_hex(base::HashAlgorithm::kSha256, word));
    }
}

struct Layer {
    const char* members;
    std::optional<std::vector<std::string>> kept{};
};

struct Case {
    const char* what;
    std::vector<Layer> layers;
    const char* expected;
};

// Renders, and takes the parts away before anybody looks.
void render(const Case& one, const Sandbox& target) {
    std::vector<std::unique_ptr<Sandbox>> boxes;
    std::vector<archive::RenderPart> parts;
    for (const auto& layer : one.layers) {
        boxes.push_back(std::make_unique<Sandbox>());
        const auto unpacked = boxes.back()->any(aci(layer.members));
        REQUIRE_MESSAGE(unpacked, (unpacked ? "" : unpacked.error().message()));
        parts.push_back({boxes.back()->root(), boxes.back()->digests_fd(), layer.kept});
    }
    const auto size = archive::render(parts, target.root(), target.digests_fd());
    REQUIRE_MESSAGE(size, (size ? "" : size.error().message()));
    CHECK(archive::listed_size(target.digests_fd())->bytes == size->bytes);
}

using Paths = std::vector<std::string>;

const Case kOverlaps[] = {
    {"one image", {{"etc/ 711 etc/a text"}}, "etc/ 711\netc/a text\n"},
    {"the later file counts", {{"a low"}, {"a high"}}, "a high\n"},
    {"a directory in both: content of both, the upper's mode",
     {{"etc/ 711 etc/a low etc/b low"}, {"etc/ 700 etc/a high"}},
     "etc/ 700\netc/a high\netc/b low\n"},
    {"a directory that the upper does not name keeps its mode",
     {{"etc/ 711 etc/a low"}, {"etc/b high"}},
     "etc/ 711\netc/a low\netc/b high\n"},
    {"a directory that nobody names", {{"a low"}, {"etc/b high"}}, "a low\netc/ 755\netc/b high\n"},
    {"a directory that only the lower names comes after one that is not named",
     {{"etc/b low"}, {"etc/ 700 etc/c high"}},
     "etc/ 700\netc/b low\netc/c high\n"},
    {"a file over a directory takes all of it", {{"d/ 755 d/x low"}, {"d high"}}, "d high\n"},
    {"a directory over a file", {{"d low"}, {"d/ 711 d/x high"}}, "d/ 711\nd/x high\n"},
    {"a directory over a file over a directory",
     {{"d/ 755 d/x low"}, {"d mid"}, {"d/ 711 d/y high"}},
     "d/ 711\nd/y high\n"},
    {"a link to a directory is replaced by a named one",
     {{"usr/ 755 lib -> usr"}, {"lib/ 711 lib/y high"}},
     "lib/ 711\nlib/y high\nusr/ 755\n"},
    {"and by one that is not named",
     {{"usr/ 755 lib -> usr"}, {"lib/y high"}},
     "lib/ 755\nlib/y high\nusr/ 755\n"},
    {"a link replaces a directory", {{"lib/ 755 lib/x low"}, {"lib -> usr"}}, "lib -> usr\n"},
    {"a hard link keeps its content when its target is overridden",
     {{"a low b = a"}, {"a high"}},
     "a high\nb low\n"},
    {"names of whiteouts are names like others",
     {{"a low"}, {".wh.a high"}},
     ".wh.a high\na low\n"},
};

const Case kLists[] = {
    {"a path with the directories above it",
     {{"a/ 711 a/b one a/c two d three", Paths{"a/b"}}},
     "a/ 711\na/b one\n"},
    {"a directory stands for itself", {{"c/ 700 c/x one", Paths{"c"}}}, "c/ 700\n"},
    {"a path that is not there brings no directories",
     {{"a/ 711 a/b one", Paths{"a/c", "x/y"}}},
     ""},
    {"nothing is wanted", {{"a one", Paths{}}}, ""},
    {"a hard link whose target is filtered out", {{"a one b = a", Paths{"b"}}}, "b one\n"},
    {"a path beneath a link is not followed",
     {{"usr/ 755 usr/x one lib -> usr", Paths{"lib/x"}}},
     ""},
    {"a path beneath a file", {{"a one", Paths{"a/b"}}}, ""},
    {"what is filtered out overrides nothing",
     {{"etc/ 711 etc/a low"}, {"etc/ 700 etc/a high etc/b high", Paths{"etc/b"}}},
     "etc/ 700\netc/a low\netc/b high\n"},
    {"nor does its directory",
     {{"etc/ 711 etc/a low"}, {"etc/ 700 etc/b high", Paths{"z"}}},
     "etc/ 711\netc/a low\n"},
    {"each image has its own list",
     {{"x low y low z low", Paths{"x", "y"}}, {"y high z high", Paths{"z"}}},
     "x low\ny low\nz high\n"},
    {"the same image twice, filtered in two ways",
     {{"d/ 711 d/x d d/y d", Paths{"d/x"}}, {"d b"}, {"d/ 711 d/x d d/y d", Paths{"d/y"}}},
     "d/ 711\nd/y d\n"},
    {"the root itself is no path of its", {{"a one", Paths{""}}}, ""},
};

void check(const Case& one) {
    CAPTURE(one.what);
    Sandbox target;
    render(one, target);
    CHECK(look(target) == one.expected);
    check_digests(target);
}

}  // namespace

TEST_SUITE("archive/render") {
    TEST_CASE("what a later image has replaces what is there") {
        PODD_NEEDS_ROOT();
        for (const auto& one : kOverlaps)
            check(one);
    }

    TEST_CASE("only wanted paths come along") {
        PODD_NEEDS_ROOT();
        for (const auto& one : kLists)
            check(one);
    }

    TEST_CASE("owners, times and attributes are those of the highest image") {
        PODD_NEEDS_ROOT();
        Sandbox low;
        Sandbox high;
        Sandbox target;
        PODD_NEEDS_MARKS(target);
        TarBuilder first;
        first.file("manifest", "{}").add({.name = "rootfs", .type = '5', .mode = 0700});
        first.add({.name = "rootfs/d",
                   .type = '5',
                   .mode = 0755,
                   .uid = 3,
                   .pax = {{"SCHILY.xattr.user.low", "1"}}});
        TarBuilder second;
        second.file("manifest", "{}")
            .add({.name = "rootfs", .type = '5', .mode = 0711, .uid = 9, .gid = 8});
        second.add({.name = "rootfs/d",
                    .type = '5',
                    .mode = 01777,
                    .uid = 5,
                    .gid = 6,
                    .pax = {{"SCHILY.xattr.user.high", "two"}}});
        REQUIRE(low.any(first.str()));
        REQUIRE(high.any(second.str()));
        REQUIRE(archive::render(
            {{low.root(), low.digests_fd(), {}}, {high.root(), high.digests_fd(), Paths{"d"}}},
            target.root(), target.digests_fd()));
        const auto root = target.stat(".");
        CHECK((root.st_mode & 07777) == 0711);
        CHECK(root.st_uid == 9);
        CHECK(root.st_gid == 8);
        const auto directory = target.stat("d");
        CHECK((directory.st_mode & 07777) == 01777);
        CHECK(directory.st_uid == 5);
        CHECK(directory.st_gid == 6);
        CHECK(directory.st_mtim.tv_sec == 1'700'000'000);
        char value[8] = {};
        CHECK(::getxattr(target.tree("d").c_str(), "user.high", value, sizeof value) == 3);
        CHECK(::getxattr(target.tree("d").c_str(), "user.low", value, sizeof value) == -1);
    }

    TEST_CASE("names of all kinds are found in the list") {
        PODD_NEEDS_ROOT();
        Sandbox low;
        Sandbox target;
        TarBuilder tar;
        tar.file("manifest", "{}").directory("rootfs");
        tar.file("rootfs/a b/\n#total files=7", "odd").file("rootfs/a b/\xc3\xa4\\", "more");
        REQUIRE(low.any(tar.str()));
        CHECK(archive::listed_size(low.digests_fd())->unnamed == 1);
        REQUIRE(archive::render({{low.root(), low.digests_fd(), Paths{"a b/\n#total files=7"}}},
                                target.root(), target.digests_fd()));
        CHECK(target.read("a b/\n#total files=7") == "odd");
        CHECK_FALSE(target.exists("a b/\xc3\xa4\\"));
    }

    TEST_CASE("a list that does not belong to the tree is an error") {
        PODD_NEEDS_ROOT();
        for (const std::string list :
             {"#mtree\n", "#mtree\n./a type=file mode=0644 sha256digest=12\n",
              "#mtree\n./a type"}) {
            CAPTURE(list);
            Sandbox low;
            Sandbox target;
            REQUIRE(low.any(aci("a text")));
            const auto rendered = archive::render({{low.root(), memory_file(list).get(), {}}},
                                                  target.root(), target.digests_fd());
            REQUIRE_FALSE(rendered);
            CHECK(rendered.error().code() == base::ErrorCode::kCorrupt);
        }
    }
}
