// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/image_copy.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch_folder.h"
#include "skip.h"

using namespace podd;

namespace {

base::UniqueFd folder(const test::ScratchFolder& scratch, const char* name) {
    auto fd = base::open_or_make_dir(scratch.fd(), name, 0755);
    REQUIRE(fd.has_value());
    return std::move(*fd);
}

void put(int dir, const std::string& name, const std::string& text, mode_t mode = 0644) {
    REQUIRE(base::write_file(dir, name, text, mode));
}

struct stat stat_of(int dir, const std::string& name) {
    struct stat st{};
    REQUIRE(::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0);
    return st;
}

std::string facts(int dir, const std::string& name) {
    const auto st = stat_of(dir, name);
    return fmt::format("{:o} {}:{} {}.{}", st.st_mode, st.st_uid, st.st_gid, st.st_mtim.tv_sec,
                       st.st_mtim.tv_nsec);
}

std::string attribute(int dir, const std::string& name, const char* attribute) {
    char value[64];
    const auto n = ::getxattr(fmt::format("{}/{}", base::fd_path(dir), name).c_str(), attribute,
                              value, sizeof value);
    return n < 0 ? "none" : std::string{value, static_cast<std::size_t>(n)};
}

void set_attribute(int dir, const std::string& name, const char* attribute, std::string_view text) {
    REQUIRE(::setxattr(fmt::format("{}/{}", base::fd_path(dir), name).c_str(), attribute,
                       text.data(), text.size(), 0) == 0);
}

pod::MergedDir merged(const std::vector<int>& highest_first) {
    pod::MergedDir dir;
    for (const int fd : highest_first)
        dir.push_back(std::make_shared<base::UniqueFd>(::fcntl(fd, F_DUPFD_CLOEXEC, 3)));
    return dir;
}

}  // namespace

TEST_SUITE("pod/image_copy") {
    TEST_CASE("a folder is copied with owners, modes, times, links and attributes") {
        SKIP_UNLESS(test::is_root(), "owners want root");
        const test::ScratchFolder scratch;
        const auto from = folder(scratch, "from");
        const auto to = folder(scratch, "to");
        SKIP_UNLESS(test::can_hold_overlay_marks(from.get()), "/tmp takes no attributes of users");
        put(from.get(), "file", "text", 0640);
        put(from.get(), "run", "program");
        REQUIRE(::fchownat(from.get(), "run", 33, 44, 0) == 0);
        REQUIRE(::fchmodat(from.get(), "run", 06755, 0) == 0);
        set_attribute(from.get(), "run", "user.kept", "value");
        set_attribute(from.get(), "run", "user.overlay.metacopy", "y");
        REQUIRE(::mkdirat(from.get(), "dir", 0700) == 0);
        REQUIRE(::linkat(from.get(), "file", from.get(), "dir/same", 0) == 0);
        REQUIRE(::symlinkat("../../etc/passwd", from.get(), "dir/link") == 0);
        REQUIRE(::fchownat(from.get(), "dir/link", 55, 66, AT_SYMLINK_NOFOLLOW) == 0);
        REQUIRE(::mkfifoat(from.get(), "fifo", 0600) == 0);
        REQUIRE(::fchmodat(from.get(), "dir", 01777, 0) == 0);
        REQUIRE(::fchmodat(from.get(), ".", 0751, 0) == 0);
        const timespec times[] = {{7, 8}, {7, 8}};
        for (const char* name : {"dir/link", "dir", "run", "fifo", "."})
            REQUIRE(::utimensat(from.get(), name, times, AT_SYMLINK_NOFOLLOW) == 0);

        const auto done = pod::copy_folder(merged({from.get()}), to.get());
        REQUIRE_MESSAGE(done.has_value(), done.error().message());
        for (const char* name : {"file", "run", "dir", "dir/same", "dir/link", "fifo", "."}) {
            CAPTURE(name);
            CHECK(facts(to.get(), name) == facts(from.get(), name));
        }
        CHECK(scratch.text("to/file") == "text");
        CHECK(scratch.text("to/run") == "program");
        CHECK(stat_of(to.get(), "file").st_ino == stat_of(to.get(), "dir/same").st_ino);
        CHECK(stat_of(to.get(), "file").st_ino != stat_of(from.get(), "file").st_ino);
        char target[64];
        REQUIRE(::readlinkat(to.get(), "dir/link", target, sizeof target) == 16);
        CHECK(std::string{target, 16} == "../../etc/passwd");
        CHECK(attribute(to.get(), "run", "user.kept") == "value");
        CHECK(attribute(to.get(), "run", "user.overlay.metacopy") == "none");
    }

    TEST_CASE("what is a hole stays one, and the file is as long") {
        const test::ScratchFolder scratch;
        const auto from = folder(scratch, "from");
        const auto to = folder(scratch, "to");
        put(from.get(), "sparse", "begin");
        const auto sparse = base::open_at(from.get(), "sparse", O_WRONLY);
        REQUIRE(sparse);
        constexpr off_t kMiddle = off_t{64} << 20;
        REQUIRE(::pwrite(sparse->get(), "middle", 6, kMiddle) == 6);
        REQUIRE(::ftruncate(sparse->get(), 2 * kMiddle) == 0);
        REQUIRE(pod::copy_folder(merged({from.get()}), to.get()));
        const auto st = stat_of(to.get(), "sparse");
        CHECK(st.st_size == 2 * kMiddle);
        CHECK(st.st_blocks <= stat_of(from.get(), "sparse").st_blocks);
        const auto copy = base::open_at(to.get(), "sparse", O_RDONLY);
        char text[6];
        REQUIRE(::pread(copy->get(), text, 6, kMiddle) == 6);
        CHECK(std::string{text, 6} == "middle");
    }

    TEST_CASE("what a layer hides is not copied, and folders of several layers become one") {
        const test::ScratchFolder scratch;
        const auto low = folder(scratch, "low");
        const auto high = folder(scratch, "high");
        const auto to = folder(scratch, "to");
        SKIP_UNLESS(test::can_hold_overlay_marks(high.get()),
                    "/tmp takes no whiteouts or no attributes of users");
        put(low.get(), "gone", "low");
        put(low.get(), "changed", "low");
        for (const char* dir : {"both", "new"}) {
            REQUIRE(::mkdirat(low.get(), dir, 0755) == 0);
            REQUIRE(::mkdirat(high.get(), dir, 0711) == 0);
            put(low.get(), std::string{dir} + "/low", "low");
            put(high.get(), std::string{dir} + "/high", "high");
        }
        set_attribute(high.get(), "new", "user.overlay.opaque", "y");
        put(high.get(), "changed", "high");
        REQUIRE(::mknodat(high.get(), "gone", S_IFCHR, 0) == 0);
        REQUIRE(pod::copy_folder(merged({high.get(), low.get()}), to.get()));
        CHECK(base::list_dir(to.get()).value() ==
              std::vector<std::string>{"both", "changed", "new"});
        CHECK(scratch.text("to/changed") == "high");
        CHECK(scratch.text("to/both/low") == "low");
        CHECK(scratch.text("to/both/high") == "high");
        CHECK((stat_of(to.get(), "both").st_mode & 07777) == 0711);
        CHECK(scratch.text("to/new/high") == "high");
        CHECK(scratch.text("to/new/low") == "no file");
        CHECK(attribute(to.get(), "new", "user.overlay.opaque") == "none");
    }

    TEST_CASE("a device, which no tree of the store holds, is not copied") {
        SKIP_UNLESS(test::is_root(), "devices want root");
        const test::ScratchFolder scratch;
        const auto from = folder(scratch, "from");
        const auto to = folder(scratch, "to");
        SKIP_UNLESS(::mknodat(from.get(), "null", S_IFCHR | 0666, 0x103) == 0,
                    "no device can be made here");
        const auto done = pod::copy_folder(merged({from.get()}), to.get());
        REQUIRE_FALSE(done.has_value());
        CHECK(done.error().message().find("\"null\"") != std::string::npos);
    }
}
