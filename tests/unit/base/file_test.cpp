// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.h"

#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch_folder.h"

using namespace podd::base;

using Scratch = podd::test::ScratchFolder;

TEST_SUITE("base/file") {
    TEST_CASE("open_at never leaves the directory") {
        const Scratch dir;
        REQUIRE(::symlinkat("/etc", dir.fd(), "out") == 0);
        REQUIRE(::symlinkat("../..", dir.fd(), "up") == 0);
        REQUIRE(write_file(dir.fd(), "in", "x", 0600));
        REQUIRE(::symlinkat("in", dir.fd(), "link") == 0);
        CHECK_FALSE(open_at(dir.fd(), "out/passwd", O_RDONLY));
        CHECK_FALSE(open_at(dir.fd(), "up", O_RDONLY));
        CHECK_FALSE(open_at(dir.fd(), "/etc/passwd", O_RDONLY));
        CHECK(open_at(dir.fd(), "link", O_RDONLY));
        CHECK_FALSE(open_at(dir.fd(), "link", O_RDONLY, 0, Resolve::kNoSymlinks));
        CHECK_FALSE(open_at(dir.fd(), "out/passwd", O_RDONLY, 0, Resolve::kInRoot));
    }

    TEST_CASE("read_file refuses what is no regular file, without waiting") {
        const Scratch dir;
        REQUIRE(::mkfifoat(dir.fd(), "fifo", 0600) == 0);
        REQUIRE(::mkdirat(dir.fd(), "dir", 0700) == 0);
        for (const std::string name : {"fifo", "dir"}) {
            CAPTURE(name);
            const auto text = read_file(dir.fd(), name, 100);
            REQUIRE_FALSE(text.has_value());
            CHECK(text.error().code() == ErrorCode::kInvalidArgument);
        }
        REQUIRE(write_file(dir.fd(), "big", std::string(101, 'x'), 0600));
        CHECK_FALSE(read_file(dir.fd(), "big", 100));
        CHECK(read_file(dir.fd(), "big", 101)->size() == 101);
    }

    TEST_CASE("write_file replaces at once and leaves no temporary file") {
        const Scratch dir;
        REQUIRE(write_file(dir.fd(), "a", "one", 0600));
        REQUIRE(write_file(dir.fd(), "a", "two", 0644, Durable::kYes));
        CHECK(*read_file(dir.fd(), "a", 10) == "two");
        CHECK(list_dir(dir.fd())->size() == 1);
        REQUIRE(::mkdirat(dir.fd(), "d", 0700) == 0);
        CHECK_FALSE(write_file(dir.fd(), "d", "x", 0600));
        CHECK(list_dir(dir.fd())->size() == 2);
    }

    TEST_CASE("remove_tree takes links, not what they point at") {
        const Scratch dir;
        REQUIRE(::mkdirat(dir.fd(), "keep", 0700) == 0);
        REQUIRE(write_file(dir.fd(), "keep/file", "x", 0600));
        REQUIRE(::mkdirat(dir.fd(), "tree", 0700) == 0);
        REQUIRE(::mkdirat(dir.fd(), "tree/sub", 0700) == 0);
        REQUIRE(::symlinkat("../keep", dir.fd(), "tree/link") == 0);
        REQUIRE(remove_tree(dir.fd(), "tree"));
        REQUIRE(remove_tree(dir.fd(), "tree"));
        CHECK(*list_dir(dir.fd()) == std::vector<std::string>{"keep"});
        CHECK(read_file(dir.fd(), "keep/file", 1));
    }

    TEST_CASE("remove_tree removes what is deeper than there may be descriptors") {
        const Scratch dir;
        REQUIRE(::mkdirat(dir.fd(), "tree", 0700) == 0);
        auto at = open_at(dir.fd(), "tree", O_RDONLY | O_DIRECTORY);
        for (int level = 0; at && level < 200; ++level) {
            REQUIRE(::mkdirat(at->get(), "d", 0700) == 0);
            REQUIRE(::symlinkat("d", at->get(), "link") == 0);
            at = open_at(at->get(), "d", O_RDONLY | O_DIRECTORY);
        }
        REQUIRE(at);
        for (int i = 0; i < 600; ++i)  // more than are read at once
            REQUIRE(::symlinkat("..", at->get(), std::to_string(i).c_str()) == 0);
        rlimit files{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
        const rlimit few{100, files.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
        const auto done = remove_tree(dir.fd(), "tree");
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
        CHECK(done);
        CHECK(list_dir(dir.fd())->empty());
    }
}
