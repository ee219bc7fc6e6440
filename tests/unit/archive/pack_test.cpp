// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/pack.h"

#include <algorithm>
#include <clocale>
#include <functional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "archive/attributes.h"
#include "archive/file_holes.h"
#include "base/hash.h"
#include "scratch_folder.h"
#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd;
using namespace podd::archive;
using podd::test::memory_file;

namespace {

using Type = TarEntry::Type;

// A folder that the test fills; the process's umask must not matter.
class Folder : public podd::test::ScratchFolder {
public:
    Folder() {
        REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);  // as programs do
    }

    void file(const std::string& name, std::string_view text, mode_t mode = 0644) const {
        REQUIRE(base::write_file(fd(), name, text, mode));
    }
    void directory(const std::string& name) const {
        REQUIRE(::mkdirat(fd(), name.c_str(), 0755) == 0);
        REQUIRE(::fchmodat(fd(), name.c_str(), 0755, 0) == 0);
    }
    void link(const std::string& target, const std::string& name) const {
        REQUIRE(::symlinkat(target.c_str(), fd(), name.c_str()) == 0);
    }
    void times(const std::string& name, time_t seconds) const {
        const timespec both[] = {{seconds, 123456789}, {seconds, 987654321}};
        REQUIRE(::utimensat(fd(), name.c_str(), both, AT_SYMLINK_NOFOLLOW) == 0);
    }
};

struct Result {
    std::string tar;
    std::vector<std::string> notes;
};

base::Result<Result> packed(const std::function<base::Result<Packed>(TarWriter&)>& pack) {
    Result result;
    auto writer = TarWriter::create([&](std::string_view bytes) {
        result.tar += bytes;
        return base::Result<>{};
    });
    REQUIRE(writer);
    result.notes = TRY(pack(*writer))
    .notes;
    TRY(writer->finish());
    return result;
}

base::Result<Result> pack_folder_text(int fd,
                                      const PackOptions& options = {.owner = 0, .group = 0}) {
    return packed([&](TarWriter& writer) { return pack_folder(fd, options, writer); });
}

base::Result<Result> pack_tar_text(std::string_view tar, const PackOptions& options = {}) {
    const auto fd = memory_file(tar);
    return packed([&](TarWriter& writer) { return pack_tar(fd.get(), options, writer); });
}

struct Read {
    TarEntry entry;
    std::string data;
};

std::vector<Read> members(std::string_view tar) {
    const auto fd = memory_file(tar);
    auto reader = TarReader::open(fd.get());
    REQUIRE(reader);
    std::vector<Read> list;
    for (;;) {
        auto entry = reader->next();
        if (!entry) FAIL(entry.error().message());
        if (!*entry) break;
        Read read{**entry, {}};
        for (;;) {
            const auto block = reader->next_block();
            REQUIRE(block);
            if (!*block) break;
            read.data.resize((*block)->offset);
            read.data += (*block)->bytes;
        }
        list.push_back(std::move(read));
    }
    REQUIRE(reader->finish());
    return list;
}

std::vector<std::string> names(std::string_view tar) {
    std::vector<std::string> list;
    for (const auto& member : members(tar))
        list.push_back(member.entry.name);
    return list;
}

const Read& find(const std::vector<Read>& list, std::string_view name) {
    const auto hit = std::find_if(list.begin(), list.end(),
                                  [&](const Read& one) { return one.entry.name == name; });
    REQUIRE(hit != list.end());
    return *hit;
}

const std::string kLongName = std::string(200, 'n') + "/" + std::string(120, 'm');

void fill(const Folder& folder, bool other_way_round) {
    const std::vector<std::function<void()>> steps{
        [&] { folder.directory("b"); },
        [&] { folder.file("b.txt", "text", 0600); },
        [&] { folder.file("a", "hello", 0755); },
        [&] { folder.link("../a", "link"); },
        [&] { folder.file("\xff\xc3\xa4", "bytes"); },
        [&] { folder.file("\xc3\xa4", "text"); },
        [&] {
            folder.directory(std::string(200, 'n'));
            folder.file(kLongName, "long");
        },
    };
    for (std::size_t i = 0; i < steps.size(); ++i)
        steps[other_way_round ? steps.size() - 1 - i : i]();
    folder.file("b/inner", "inner", 04755);
    REQUIRE(::linkat(folder.fd(), "a", folder.fd(), "b/hard", 0) == 0);
    for (const char* name : {"a", "b.txt", "link", "\xff\xc3\xa4", "\xc3\xa4", "b/inner"})
        folder.times(name, 1600000000);
    folder.times(kLongName, -5);
    for (const auto& name : {std::string{"b"}, std::string(200, 'n'), std::string{"."}})
        folder.times(name, 1600000001);
    REQUIRE(::fchmod(folder.fd(), 0755) == 0);
}

std::string pax_time(const Read& member) {
    return fmt::format("{}.{}", member.entry.mtime.tv_sec, member.entry.mtime.tv_nsec);
}

}  // namespace

TEST_SUITE("archive/pack") {
    TEST_CASE("the same tree makes the same bytes, in every order and umask") {
        std::string first;
        for (const bool other_way_round : {false, true}) {
            const Folder folder;
            const mode_t before = ::umask(other_way_round ? 077 : 0);
            fill(folder, other_way_round);
            (void)::umask(before);
            const auto result = pack_folder_text(folder.fd());
            REQUIRE(result);
            CHECK(result->notes.empty());
            if (first.empty()) first = result->tar;
            CHECK(first == result->tar);
        }
        // On every suite: a new version of libarchive must not change ids of images unseen.
        CHECK(base::hash_hex(base::HashAlgorithm::kSha256, first) ==
              "451c60f4cf3c59f7d72ab86bdb3d6a19bab6f05a0acd3db1695ac42005c15da2");
    }

    TEST_CASE("members are sorted, and each is what it was") {
        const Folder folder;
        fill(folder, false);
        const auto result = pack_folder_text(folder.fd());
        REQUIRE(result);
        const auto list = members(result->tar);
        CHECK(names(result->tar) ==
              std::vector<std::string>{
                  "rootfs/", "rootfs/a", "rootfs/b/", "rootfs/b/hard", "rootfs/b/inner",
                  "rootfs/b.txt", "rootfs/link", "rootfs/" + std::string(200, 'n') + "/",
                  "rootfs/" + kLongName, "rootfs/\xc3\xa4", "rootfs/\xff\xc3\xa4"});
        CHECK(find(list, "rootfs/a").data == "hello");
        CHECK(find(list, "rootfs/a").entry.mode == 0755);
        CHECK(find(list, "rootfs/b/inner").entry.mode == 04755);
        CHECK(find(list, "rootfs/b/hard").entry.type == Type::kHardlink);
        CHECK(find(list, "rootfs/b/hard").entry.link == "rootfs/a");
        CHECK(find(list, "rootfs/link").entry.link == "../a");
        CHECK(find(list, "rootfs/\xff\xc3\xa4").data == "bytes");
        CHECK(find(list, "rootfs/\xc3\xa4").data == "text");
        // GNU tar complains about every header that has it.
        const auto mark = result->tar.find("hdrcharset=BINARY");
        CHECK(mark != std::string::npos);
        CHECK(result->tar.find("hdrcharset", mark + 1) == std::string::npos);
        CHECK(find(list, "rootfs/" + kLongName).data == "long");
        CHECK(pax_time(find(list, "rootfs/a")) == "1600000000.0");
        CHECK(pax_time(find(list, "rootfs/" + kLongName)) == "-5.0");
        for (const auto& member : list)
            CHECK(member.entry.uid == 0);
    }

    TEST_CASE("an OCI layer has no folder around its files") {
        const Folder folder;
        folder.file("a", "hello");
        const auto result =
            pack_folder_text(folder.fd(), {.rules = Rules::kLayer, .owner = 0, .group = 0});
        REQUIRE(result);
        CHECK(names(result->tar) == std::vector<std::string>{"./", "a"});
    }

    TEST_CASE("no time is later than the latest, and earlier ones stay") {
        const Folder folder;
        folder.file("old", "");
        folder.file("new", "");
        folder.times("old", 100);
        folder.times("new", 1000);
        folder.times(".", 1000);
        const auto result = pack_folder_text(folder.fd(), {.owner = 0, .group = 0, .latest = 500});
        REQUIRE(result);
        const auto list = members(result->tar);
        CHECK(pax_time(find(list, "rootfs/old")) == "100.0");
        CHECK(pax_time(find(list, "rootfs/new")) == "500.0");
        CHECK(pax_time(find(list, "rootfs/")) == "500.0");
    }

    TEST_CASE("a hole is a MiB of zeros, wherever the file lies") {
        const Folder sparse;
        const Folder dense;
        const std::uint64_t size = 5 * kHoleBytes + 10;
        for (const auto* folder : {&sparse, &dense}) {
            const base::UniqueFd fd{
                ::openat(folder->fd(), "f", O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
            REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(size)) == 0);
            if (folder == &dense) {
                const std::string zeros(size, '\0');
                REQUIRE(::pwrite(fd.get(), zeros.data(), size, 0) == static_cast<ssize_t>(size));
            }
            REQUIRE(::pwrite(fd.get(), "data", 4, static_cast<off_t>(kHoleBytes)) == 4);
            CHECK(find_holes(fd.get(), size).value() ==
                  std::vector<Hole>{{0, kHoleBytes}, {2 * kHoleBytes, 3 * kHoleBytes}});
            folder->file("empty", "");
            REQUIRE(::truncate(folder->path("empty").c_str(), 3 * kHoleBytes) == 0);
            for (const char* name : {"f", "empty", "."})
                folder->times(name, 7);
            REQUIRE(::fchmod(folder->fd(), 0755) == 0);
        }
        const auto first = pack_folder_text(sparse.fd());
        const auto second = pack_folder_text(dense.fd());
        REQUIRE(first);
        REQUIRE(second);
        CHECK(first->tar == second->tar);
        CHECK(first->tar.size() < 2 * kHoleBytes);
        const auto list = members(first->tar);
        std::string wanted(size, '\0');
        wanted.replace(kHoleBytes, 4, "data");
        CHECK(find(list, "rootfs/f").entry.size == size);
        auto data = find(list, "rootfs/f").data;
        data.resize(size);  // the hole at the end
        CHECK((data == wanted));
        CHECK(find(list, "rootfs/empty").entry.size == 3 * kHoleBytes);

        // And once more through the tar.
        const auto again = pack_tar_text(
            pack_folder_text(sparse.fd(), {.rules = Rules::kLayer, .owner = 0, .group = 0})->tar);
        REQUIRE(again);
        CHECK((again->tar == first->tar));
    }

    TEST_CASE("attributes of users, FIFOs and sockets") {
        const Folder folder;
        folder.file("a", "hello");
        SKIP_UNLESS(::setxattr(folder.path("a").c_str(), "user.note", "v\0w", 3, 0) == 0,
                    "/tmp takes no attributes of users");
        REQUIRE(::setxattr(folder.path("a").c_str(), "user.overlay.opaque", "y", 1, 0) == 0);
        REQUIRE(::mkfifoat(folder.fd(), "fifo", 0640) == 0);
        for (const char* name : {"s1", "s2"}) {
            const base::UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
            sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
            fmt::format_to_n(address.sun_path, sizeof address.sun_path - 1, "{}",
                             folder.path(name));
            REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                    0);
        }
        const auto result = pack_folder_text(folder.fd());
        REQUIRE(result);
        const auto list = members(result->tar);
        CHECK(find(list, "rootfs/a").entry.xattrs ==
              std::vector<std::pair<std::string, std::string>>{{"user.note", {"v\0w", 3}}});
        CHECK(find(list, "rootfs/fifo").entry.type == Type::kFifo);
        CHECK(list.size() == 3);
        CHECK(result->notes == std::vector<std::string>{"left out: socket \"s1\" and 1 more"});
    }

    TEST_CASE("owners, devices, capabilities and access control lists are kept") {
        PODD_NEEDS_ROOT();
        const Folder folder;
        folder.file("a", "hello");
        const auto acl = acl_xattr({{AclEntry::kUserObj, 6, 0},
                                    {AclEntry::kUser, 5, 33},
                                    {AclEntry::kGroupObj, 4, 0},
                                    {AclEntry::kMask, 5, 0},
                                    {AclEntry::kOther, 0, 0}});
        REQUIRE(acl);
        const std::string capability{
            "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00"
            "\x00\x00\x00\x00\x00\x00\x00\x00",
            20};
        const auto path = folder.path("a");
        REQUIRE(::fchownat(folder.fd(), "a", 33, 44, 0) == 0);
        SKIP_UNLESS(::setxattr(path.c_str(), kAclAccess, acl->data(), acl->size(), 0) == 0 &&
                        ::setxattr(path.c_str(), kCapability, capability.data(), 20, 0) == 0,
                    "/tmp takes no access control lists or no capabilities");
        SKIP_UNLESS(::mknodat(folder.fd(), "null", S_IFCHR | 0666, makedev(1, 3)) == 0,
                    "device nodes cannot be made here");
        const auto kept = pack_folder_text(folder.fd(), {});
        REQUIRE(kept);
        const auto list = members(kept->tar);
        const auto& a = find(list, "rootfs/a").entry;
        CHECK(a.uid == 33);
        CHECK(a.gid == 44);
        CHECK(a.xattrs == std::vector<std::pair<std::string, std::string>>{
                              {kCapability, capability}, {kAclAccess, *acl}});
        CHECK(find(list, "rootfs/null").entry.type == Type::kCharacterDevice);
        CHECK(find(list, "rootfs/null").entry.device == makedev(1, 3));

        const auto given = pack_folder_text(folder.fd(), {.owner = 7, .group = 8});
        REQUIRE(given);
        CHECK(given->notes == std::vector<std::string>{"left out: access control list \"a\""});
        CHECK(find(members(given->tar), "rootfs/a").entry.uid == 7);
        CHECK(find(members(given->tar), "rootfs/null").entry.gid == 8);

        REQUIRE(::fchownat(folder.fd(), "a", 70000, 44, 0) == 0);
        const auto refused = pack_folder_text(folder.fd(), {});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message().starts_with("\"a\": belongs to user 70000"));
    }

    TEST_CASE("a tar keeps its order") {
        const auto tar =
            test::TarBuilder{}.file("./b", "1").directory("./a/").file("./a/x", "2").str();
        const auto result = pack_tar_text(tar);
        REQUIRE(result);
        CHECK(names(result->tar) ==
              std::vector<std::string>{"rootfs/", "rootfs/b", "rootfs/a/", "rootfs/a/x"});
        CHECK(members(result->tar)[3].data == "2");
    }

    TEST_CASE("what no image can hold is refused") {
        struct {
            const char* why;
            std::string tar;
            Rules rules;
        } cases[] = {
            {"is empty", test::TarBuilder{}.str(), Rules::kAci},
            {"must be the first", test::TarBuilder{}.file("a", "").directory("./").str(),
             Rules::kAci},
            {"is the root, and no directory", test::TarBuilder{}.symlink(".", "a").str(),
             Rules::kAci},
            {"is there twice", test::TarBuilder{}.file("a", "").file("./a", "").str(), Rules::kAci},
            {"has \"..\"", test::TarBuilder{}.file("a/../b", "").str(), Rules::kAci},
            {"is no root file system", test::TarBuilder{}.file("manifest", "").str(), Rules::kAci},
            {"is no root file system", test::TarBuilder{}.file("oci-layout", "").str(),
             Rules::kAci},
            {"is not there before it", test::TarBuilder{}.hardlink("a", "b").str(), Rules::kAci},
            {"would hide", test::TarBuilder{}.file("etc/.wh.passwd", "").str(), Rules::kLayer},
            {"not a tar", "nothing of the kind", Rules::kAci},
        };
        for (const auto& one : cases) {
            CAPTURE(one.why);
            const auto result = pack_tar_text(one.tar, {.rules = one.rules});
            REQUIRE_FALSE(result);
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK(result.error().message().find(one.why) != std::string::npos);
        }
        CHECK(pack_tar_text(cases[8].tar));  // an ACI
    }

    TEST_CASE("an error of the output is the error") {
        const Folder folder;
        folder.file("a", std::string(1 << 20, 'x'));
        auto writer = TarWriter::create([](std::string_view) -> base::Result<> {
            return base::errno_error("writing x.aci", ENOSPC);
        });
        REQUIRE(writer);
        const auto result = pack_folder(folder.fd(), {.owner = 0, .group = 0}, *writer);
        REQUIRE_FALSE(result);
        CHECK(result.error().sys_errno() == ENOSPC);
    }
}
