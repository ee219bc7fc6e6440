// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/layered_root.h"

#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "skip.h"

using namespace podd;
using pod::LayeredRoot;

namespace {

// Layers in a scratch folder, made lowest first.
class Layers {
public:
    Layers() {
        REQUIRE(::mkdtemp(path_) != nullptr);
        root_ = base::UniqueFd{::open(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    }
    ~Layers() {
        for (int i = 0; i < count_; ++i)
            (void)base::remove_tree(root_.get(), std::to_string(i));
        (void)::rmdir(path_);
    }
    int add() {
        const auto name = std::to_string(count_++);
        auto dir = base::open_or_make_dir(root_.get(), name, 0755);
        REQUIRE(dir.has_value());
        fds_.push_back(std::move(*dir));
        return fds_.back().get();
    }
    LayeredRoot view() const {
        std::vector<base::UniqueFd> highest_first;
        for (auto fd = fds_.rbegin(); fd != fds_.rend(); ++fd)
            highest_first.emplace_back(::fcntl(fd->get(), F_DUPFD_CLOEXEC, 3));
        return LayeredRoot{std::move(highest_first)};
    }

private:
    char path_[32] = "/tmp/podd-test-XXXXXX";
    base::UniqueFd root_;
    std::vector<base::UniqueFd> fds_;
    int count_ = 0;
};

void put(int dir, const std::string& name, const std::string& text) {
    REQUIRE(base::write_file(dir, name, text, 0644));
}
void make_dir(int dir, const char* name) {
    REQUIRE(::mkdirat(dir, name, 0755) == 0);
}
std::string read(const LayeredRoot& root, const std::string& path) {
    const auto text = root.read_file(path, 1000);
    if (!text) return "error: " + text.error().message();
    return text->value_or("nothing");
}

}  // namespace

TEST_SUITE("pod/layered_root") {
    TEST_CASE("the highest layer that has a file provides it") {
        Layers layers;
        const int low = layers.add();
        make_dir(low, "etc");
        put(low, "etc/passwd", "low");
        put(low, "etc/group", "low");
        const int high = layers.add();
        make_dir(high, "etc");
        put(high, "etc/passwd", "high");
        CHECK(read(layers.view(), "/etc/passwd") == "high");
        CHECK(read(layers.view(), "/etc/group") == "low");
        CHECK(read(layers.view(), "/etc/shadow") == "nothing");
    }

    TEST_CASE("whiteouts, opaque folders and files in the way hide what is below") {
        Layers layers;
        const int low = layers.add();
        for (const char* dir : {"a", "b", "c"}) {
            make_dir(low, dir);
            put(low, std::string{dir} + "/f", "low");
        }
        const int high = layers.add();
        SKIP_UNLESS(test::can_hold_overlay_marks(high),
                    "/tmp takes no whiteouts or no attributes of users");
        REQUIRE(::mknodat(high, "a", S_IFCHR, makedev(0, 0)) == 0);
        make_dir(high, "b");
        REQUIRE(::setxattr(base::fd_path(high).append("/b").c_str(), "user.overlay.opaque", "y", 1,
                           0) == 0);
        put(high, "c", "now a file");
        CHECK(read(layers.view(), "/a/f") == "nothing");
        CHECK(read(layers.view(), "/b/f") == "nothing");
        CHECK(read(layers.view(), "/c/f") == "nothing");
        CHECK(read(layers.view(), "/c") == "now a file");
    }

    TEST_CASE("links stay inside the image, across layers") {
        Layers layers;
        const int low = layers.add();
        make_dir(low, "real");
        put(low, "real/passwd", "inside");
        const int high = layers.add();
        REQUIRE(::symlinkat("/real", high, "etc") == 0);
        REQUIRE(::symlinkat("../../../../real", high, "up") == 0);
        REQUIRE(::symlinkat("loop", high, "loop") == 0);
        CHECK(read(layers.view(), "/etc/passwd") == "inside");
        CHECK(read(layers.view(), "/up/passwd") == "inside");
        CHECK(read(layers.view(), "/loop").find("links on the way") != std::string::npos);
    }

    TEST_CASE("a path that ends in a link or in '..' is the folder that it leads to") {
        Layers layers;
        const int low = layers.add();
        make_dir(low, "a");
        make_dir(low, "a/b");
        make_dir(low, "a/b/c");
        put(low, "a/f", "low");
        REQUIRE(::symlinkat("a/b/..", low, "up") == 0);
        REQUIRE(::symlinkat("/", low, "root") == 0);
        REQUIRE(::symlinkat(".", low, "a/b/c/self") == 0);
        const auto names = [&](std::string_view path) {
            std::string joined;
            const auto folder = layers.view().folder(path).value();
            if (!folder) return std::string{"nothing"};
            const auto list = pod::names_in(*folder).value();
            for (const auto& name : list)
                joined += name + " ";
            return joined;
        };
        CHECK(names("/up") == "b f ");
        CHECK(names("/root") == "a root up ");
        CHECK(names("/a/b/c/self") == "self ");
        CHECK(names("/") == "a root up ");
        CHECK(names("/none") == "nothing");
        CHECK_FALSE(layers.view().folder("/a/f").has_value());
    }

    // attack row A10: /etc/passwd → FIFO hangs the store (CVE-2024-9676)
    TEST_CASE("what the running app finds, where volumes lie over the image") {
        Layers layers;
        const int low = layers.add();
        make_dir(low, "bin");
        make_dir(low, "run");
        put(low, "bin/x", "");
        REQUIRE(::symlinkat("run", low, "var") == 0);
        REQUIRE(::symlinkat("/none", low, "gone") == 0);
        REQUIRE(::symlinkat("/data/y", low, "bin/y") == 0);
        const auto view = layers.view();
        // A link that leads nowhere is replaced by what is mounted there.
        const auto covered = view.covered_by({"/data", "/var/deep/v", "/gone"});
        REQUIRE(covered);
        CHECK(*covered == LayeredRoot::Covered{"/data", "/run/deep/v", "/gone"});
        using Kind = LayeredRoot::Place::Kind;
        const auto kind = [&](const char* path, const LayeredRoot::Covered& by) {
            const auto place = view.look(path, by);
            REQUIRE(place);
            return place->kind;
        };
        for (const auto& [path, alone, running] : std::vector<std::tuple<const char*, Kind, Kind>>{
                 {"/", Kind::kDirectory, Kind::kDirectory},
                 {"/bin/..", Kind::kDirectory, Kind::kDirectory},
                 {"/bin/x", Kind::kFile, Kind::kFile},
                 {"/bin/x/z", Kind::kNothing, Kind::kNothing},
                 {"/bin/y", Kind::kDanglingLink, Kind::kCovered},
                 {"/data", Kind::kNothing, Kind::kCovered},
                 {"/data/some/where", Kind::kNothing, Kind::kCovered},
                 {"/dat", Kind::kNothing, Kind::kNothing},
                 {"/run/deep", Kind::kNothing, Kind::kDirectory},
                 {"/var/deep", Kind::kNothing, Kind::kDirectory},
                 {"/var/deep/v", Kind::kNothing, Kind::kCovered},
                 {"/gone/deep", Kind::kDanglingLink, Kind::kCovered},
             }) {
            CAPTURE(path);
            CHECK(kind(path, {}) == alone);
            CHECK(kind(path, *covered) == running);
        }
        CHECK(view.open_file("/bin/x"));
        CHECK_FALSE(view.open_file("/bin"));
        CHECK_FALSE(view.open_file("/bin/z"));
    }

    TEST_CASE("A10: a FIFO, folder or oversized file is refused at once") {
        Layers layers;
        const int low = layers.add();
        make_dir(low, "etc");
        REQUIRE(::mkfifoat(low, "fifo", 0600) == 0);
        REQUIRE(::symlinkat("/fifo", low, "etc/passwd") == 0);
        put(low, "big", std::string(1001, 'x'));
        CHECK(read(layers.view(), "/etc/passwd").find("not a regular file") != std::string::npos);
        CHECK(read(layers.view(), "/etc").find("not a regular file") != std::string::npos);
        CHECK(read(layers.view(), "/big").find("more than 1000 bytes") != std::string::npos);
    }

    TEST_CASE("what stands at a path: nothing, a file, a folder with files or without") {
        using Content = LayeredRoot::Content;
        Layers layers;
        const int low = layers.add();
        for (const char* dir : {"empty", "filled", "cleared"})
            make_dir(low, dir);
        put(low, "filled/f", "low");
        put(low, "cleared/f", "low");
        const int high = layers.add();
        make_dir(high, "filled");  // says nothing more of it
        REQUIRE(::symlinkat("/filled", high, "link") == 0);
        const auto at = [&](std::string_view path) { return layers.view().content(path).value(); };
        CHECK(at("/none") == Content::kNothing);
        CHECK(at("/empty") == Content::kEmptyDirectory);
        CHECK(at("/filled") == Content::kFilledDirectory);
        CHECK(at("/filled/f") == Content::kFile);
        CHECK(at("/filled/f/below") == Content::kNothing);
        CHECK(at("/link") == Content::kFilledDirectory);
        CHECK(at("/cleared") == Content::kFilledDirectory);
        SKIP_UNLESS(test::can_hold_overlay_marks(high),
                    "/tmp takes no whiteouts or no attributes of users");
        make_dir(high, "cleared");
        REQUIRE(::mknodat(high, "cleared/f", S_IFCHR, makedev(0, 0)) == 0);
        CHECK(at("/cleared") == Content::kEmptyDirectory);
    }
}
