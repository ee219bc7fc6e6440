// SPDX-License-Identifier: LGPL-2.1-or-later
// Unpacks an archive made by the test into a folder beside a canary that must not change.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/unpack.h"
#include "base/file.h"
#include "skip.h"

namespace podd::test {

inline base::UniqueFd memory_file(std::string_view bytes) {
    base::UniqueFd fd{::memfd_create("archive", MFD_CLOEXEC)};
    REQUIRE(fd);
    REQUIRE(base::write_all(fd.get(), bytes));
    REQUIRE(::lseek(fd.get(), 0, SEEK_SET) == 0);
    return fd;
}

/// What mkdtemp() made beneath /tmp. remove_tree() takes no absolute path.
inline void remove_folder(const std::string& path) {
    const auto tmp = base::open_path("/tmp", O_RDONLY | O_DIRECTORY);
    REQUIRE(tmp);
    CHECK(base::remove_tree(tmp->get(), path.substr(std::string_view{"/tmp/"}.size())));
}

class Sandbox {
public:
    Sandbox() {
        char name[] = "/tmp/podd-archive-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
        const auto top = base::open_path(path_, O_RDONLY | O_DIRECTORY);
        REQUIRE(top);
        REQUIRE(base::write_file(top->get(), "canary", "untouched", 0600));
        REQUIRE(::mkdirat(top->get(), "root", 0700) == 0);
        root_ = base::UniqueFd{::openat(top->get(), "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        digests_ =
            base::UniqueFd{::openat(top->get(), "digests", O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    }
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;
    ~Sandbox() { remove_folder(path_); }

    base::Result<archive::Unpacked> layer(std::string_view tar, archive::Limits limits = {}) {
        return unpack(tar, false, limits);
    }
    base::Result<archive::Unpacked> any(std::string_view tar, archive::Limits limits = {}) {
        return unpack(tar, true, limits);
    }

    bool canary_is_whole() const {
        const auto text = base::read_file(path_ + "/canary", 100);
        const auto dir = base::open_path(path_, O_RDONLY | O_DIRECTORY);
        return text && *text == "untouched" && base::list_dir(dir->get())->size() == 3;
    }
    int root() const { return root_.get(); }
    const std::string& path() const { return path_; }
    std::string tree(const std::string& name) const { return path_ + "/root/" + name; }

    struct stat stat(const std::string& name) const {
        struct stat st{};
        if (::fstatat(root_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) st.st_mode = 0;
        return st;
    }
    bool exists(const std::string& name) const { return stat(name).st_mode != 0; }
    bool is_whiteout(const std::string& name) const {
        const auto st = stat(name);
        return S_ISCHR(st.st_mode) && st.st_rdev == 0;
    }
    bool is_opaque(const std::string& name) const {
        char value[2];
        return ::getxattr(tree(name).c_str(), "user.overlay.opaque", value, sizeof value) == 1 &&
               value[0] == 'y';
    }
    std::string read(const std::string& name) const {
        const auto text = base::read_file(root_.get(), name, 1 << 20);
        return text ? *text : "<" + text.error().message() + ">";
    }
    int digests_fd() const { return digests_.get(); }
    std::string digests() const { return base::read_file(path_ + "/digests", 1 << 24).value(); }

private:
    base::Result<archive::Unpacked> unpack(std::string_view tar, bool any, archive::Limits limits) {
        const auto in = memory_file(tar);
        archive::UnpackOptions options;
        options.limits = limits;
        options.root_fd = root_.get();
        options.digests_fd = digests_.get();
        options.any_kind = any;
        return archive::unpack(in.get(), options);
    }

    std::string path_;
    base::UniqueFd root_;
    base::UniqueFd digests_;
};

// Owners can only be kept by root; the rest of the rules is the same for everybody.
#define PODD_NEEDS_ROOT() \
    SKIP_UNLESS(podd::test::is_root(), "needs root, because files get owners here")

#define PODD_NEEDS_MARKS(box)                                     \
    SKIP_UNLESS(podd::test::can_hold_overlay_marks((box).root()), \
                "/tmp takes no whiteouts or no attributes of users")

}  // namespace podd::test
