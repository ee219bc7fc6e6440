// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "archive/attributes.h"
#include "archive/file_holes.h"
#include "archive/layered_dir.h"
#include "archive/member_packer.h"
#include "archive/member_path.h"
#include "archive/pack.h"
#include "archive/xattrs.h"
#include "base/file.h"
#include "base/read_link.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

Result<struct statx> look_at(int dir_fd, const std::string& name) {
    struct statx st{};
    if (::statx(dir_fd, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH,
                STATX_BASIC_STATS, &st) < 0)
        return base::errno_error("looking at it", errno);
    return st;
}

TarEntry::Type type_of(const struct statx& st) {
    switch (st.stx_mode & S_IFMT) {
        case S_IFDIR: return TarEntry::Type::kDirectory;
        case S_IFLNK: return TarEntry::Type::kSymlink;
        case S_IFCHR: return TarEntry::Type::kCharacterDevice;
        case S_IFBLK: return TarEntry::Type::kBlockDevice;
        case S_IFIFO: return TarEntry::Type::kFifo;
        case S_IFSOCK: return TarEntry::Type::kSocket;
        default: return TarEntry::Type::kFile;
    }
}

TarEntry entry_of(const std::string& path, const struct statx& st) {
    TarEntry entry;
    entry.name = path;
    entry.type = type_of(st);
    entry.mode = st.stx_mode & 07777;
    entry.uid = st.stx_uid;
    entry.gid = st.stx_gid;
    entry.mtime = {st.stx_mtime.tv_sec, 0};
    entry.size = entry.type == TarEntry::Type::kFile ? st.stx_size : 0;
    entry.device = ::makedev(st.stx_rdev_major, st.stx_rdev_minor);
    return entry;
}

class FolderPacker {
public:
    FolderPacker(const PackOptions& options, TarWriter& writer)
        : packer_{options, writer}, writer_{writer} {}

    Result<> root(const LayeredDir& root) {
        const auto st = TRY(look_at(root.top(), ""));
        auto entry = entry_of("", st);
        entry.xattrs = TRY(read_xattrs(root.top(), keep_xattr));
        TRY(packer_.add(std::move(entry)));
        return children(root, "");
    }

    Packed finish() { return packer_.finish(); }

private:
    Result<> children(const LayeredDir& dir, const std::string& path) {
        for (const auto& [name, dir_fd] : TRY(dir.children())) {
            const auto below = path.empty() ? name : fmt::format("{}/{}", path, name);
            // Not deeper and not longer than an image may be.
            TRY(member_path(below, Absolute::kRefuse, Limits{}));
            const auto st = TRY_CONTEXT(look_at(dir_fd, name), "{}", quoted(below));
            if (S_ISDIR(st.stx_mode))
                TRY(directory(dir, name, below, st));
            else
                TRY_CONTEXT(leaf(dir_fd, name, below, st), "{}", quoted(below));
        }
        return {};
    }

    Result<> directory(const LayeredDir& parent, const std::string& name, const std::string& path,
                       const struct statx& st) {
        const auto dir = TRY_CONTEXT(parent.below(name), "{}", quoted(path));
        TRY_CONTEXT(check_same(dir.top(), st), "{}", quoted(path));
        auto entry = entry_of(path, st);
        entry.xattrs = TRY_CONTEXT(read_xattrs(dir.top(), keep_xattr), "{}", quoted(path));
        TRY_CONTEXT(packer_.add(std::move(entry)), "{}", quoted(path));
        if ((st.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) return children(dir, path);
        // A file system of its own is another thing's: /proc, a build's cache.
        packer_.leave_out("what is mounted on", path);
        return {};
    }

    Result<> leaf(int dir_fd, const std::string& name, const std::string& path,
                  const struct statx& st) {
        auto entry = entry_of(path, st);
        if (st.stx_nlink > 1 && entry.type != TarEntry::Type::kSocket) {
            const auto [first, is_first] =
                links_.try_emplace({st.stx_dev_major, st.stx_dev_minor, st.stx_ino}, path);
            if (!is_first) {
                entry.type = TarEntry::Type::kHardlink;
                entry.link = first->second;
            }
        }
        if (entry.type == TarEntry::Type::kFile) return file(dir_fd, name, std::move(entry), st);
        if (entry.type == TarEntry::Type::kSymlink) entry.link = TRY(base::read_link(dir_fd, name));
        TRY(packer_.add(std::move(entry)));
        return {};
    }

    Result<> file(int dir_fd, const std::string& name, TarEntry entry, const struct statx& st) {
        const auto fd = TRY(reopen(dir_fd, name, st));
        const auto size = entry.size;
        entry.xattrs = TRY(read_xattrs(fd.get(), keep_xattr));
        entry.holes = TRY(find_holes(fd.get(), size));
        const auto holes = entry.holes;
        if (TRY(packer_.add(std::move(entry)))) TRY(copy(fd.get(), size, holes));
        return {};
    }

    // What was looked at, and nothing that took its place meanwhile.
    static Result<> check_same(int fd, const struct statx& st) {
        const auto now = TRY(look_at(fd, ""));
        if (now.stx_ino != st.stx_ino || now.stx_mode != st.stx_mode)
            return Error{ErrorCode::kConflict, "was changed meanwhile"};
        return {};
    }

    static Result<UniqueFd> reopen(int dir_fd, const std::string& name, const struct statx& st) {
        UniqueFd fd{::openat(dir_fd, name.c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
        if (!fd) return base::errno_error("opening it", errno);
        TRY(check_same(fd.get(), st));
        return fd;
    }

    Result<> copy(int fd, std::uint64_t size, const std::vector<Hole>& holes) {
        std::uint64_t at = 0;
        for (const auto& hole : holes) {
            TRY(writer_.write_from(fd, at, hole.offset));
            TRY(writer_.write_zeros(hole.length));
            at = hole.offset + hole.length;
        }
        return writer_.write_from(fd, at, size);
    }

    struct Inode {
        std::uint32_t device_major;
        std::uint32_t device_minor;
        std::uint64_t number;
        auto operator<=>(const Inode&) const = default;
    };
    MemberPacker packer_;
    TarWriter& writer_;
    std::map<Inode, std::string> links_;  // the first path of each file with several
};

}  // namespace

namespace {

Result<Packed> pack(const LayeredDir& root, const PackOptions& options, TarWriter& writer) {
    FolderPacker packer{options, writer};
    TRY(packer.root(root));
    return packer.finish();
}

}  // namespace

Result<Packed> pack_folder(int root_fd, const PackOptions& options, TarWriter& writer) {
    return pack(TRY(LayeredDir::plain(root_fd)), options, writer);
}

Result<Packed> pack_layers(const std::vector<int>& root_fds, const PackOptions& options,
                           TarWriter& writer) {
    return pack(TRY(LayeredDir::of_layers(root_fds)), options, writer);
}

}  // namespace podd::archive
