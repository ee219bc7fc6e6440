// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/image_copy.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::pod {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr mode_t kModeBits = 07777;
constexpr mode_t kUnfinishedMode = 0700;
constexpr std::size_t kMaxXattr = 65536;  // XATTR_LIST_MAX and XATTR_SIZE_MAX

// Those that an import keeps. What else stands on a file is the host's, or overlayfs's.
bool is_of_image(std::string_view name) {
    return (name.starts_with("user.") && !name.starts_with("user.overlay.")) ||
           name.starts_with("system.posix_acl_") || name == "security.capability";
}

Result<> copy_xattrs(int from, int to) {
    std::string names(kMaxXattr, '\0');
    const ssize_t length = ::flistxattr(from, names.data(), names.size());
    if (length < 0 && errno == ENOTSUP) return {};
    if (length < 0) return errno_error("listing its attributes", errno);
    std::string value;
    for (const char* name = names.data(); name < names.data() + length;
         name += std::string_view{name}.size() + 1) {
        if (!is_of_image(name)) continue;
        value.resize(kMaxXattr);
        const ssize_t n = ::fgetxattr(from, name, value.data(), value.size());
        if (n < 0 || ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(n), 0) < 0)
            return errno_error(fmt::format("copying its attribute \"{}\"", name), errno);
    }
    return {};
}

// Owner first: that takes setuid bits and capabilities away. Time last.
Result<> finish(const struct stat& st, int from, int to) {
    if (::fchown(to, st.st_uid, st.st_gid) < 0) return errno_error("setting its owner", errno);
    if (::fchmod(to, st.st_mode & kModeBits) < 0) return errno_error("setting its mode", errno);
    TRY(copy_xattrs(from, to));
    const timespec times[] = {st.st_mtim, st.st_mtim};
    if (::futimens(to, times) < 0) return errno_error("setting its time", errno);
    return {};
}

Result<> copy_bytes(int from, int to, off_t at, off_t end) {
    off_t written = at;
    while (at < end) {
        const ssize_t n =
            ::copy_file_range(from, &at, to, &written, static_cast<std::size_t>(end - at), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("copying it", errno);
        if (n == 0) return Error{ErrorCode::kCorrupt, "it is shorter than it was"};
    }
    return {};
}

// Shared where the file system can share; otherwise what is a hole stays one.
Result<> copy_data(int from, int to, off_t size) {
    if (::ioctl(to, FICLONE, from) == 0) return {};
    for (off_t at = 0; at < size;) {
        at = ::lseek(from, at, SEEK_DATA);
        if (at < 0 && errno == ENXIO) break;  // nothing but a hole
        const off_t end = at < 0 ? at : ::lseek(from, at, SEEK_HOLE);
        if (end < 0) return errno_error("looking for its holes", errno);
        TRY(copy_bytes(from, to, at, std::min(end, size)));
        at = end;
    }
    if (::ftruncate(to, size) < 0) return errno_error("setting its size", errno);
    return {};
}

class Copy {
public:
    explicit Copy(int root_fd) : root_fd_{root_fd} {}

    // What a folder is like is set when nothing is made in it any more: that changes its time, and
    // its default ACL would change what is made.
    Result<> fill(const MergedDir& from, int to, const std::string& path) {
        for (const auto& name : TRY(names_in(from))) {
            const auto child = path.empty() ? name : fmt::format("{}/{}", path, name);
            const auto entry = TRY_CONTEXT(look_up(from, name), "\"{}\"", child);
            if (entry.kind == MergedEntry::Kind::kDirectory)
                TRY(add_folder(entry, to, name, child));
            else if (entry.kind != MergedEntry::Kind::kNothing)
                TRY_CONTEXT(add(entry, to, name, child), "\"{}\"", child);
        }
        struct stat st{};
        const int top = from.front()->get();
        if (::fstat(top, &st) < 0) return errno_error("looking at a folder of the image", errno);
        TRY_CONTEXT(finish(st, top, to), "\"{}\"", path);
        return {};
    }

private:
    Result<> add_folder(const MergedEntry& entry, int to, const std::string& name,
                        const std::string& path) {
        if (::mkdirat(to, name.c_str(), kUnfinishedMode) < 0)
            return errno_error(fmt::format("making \"{}\"", path), errno);
        const auto made =
            TRY(base::open_at(to, name, O_RDONLY | O_DIRECTORY, 0, base::Resolve::kNoSymlinks));
        return fill(entry.dirs, made.get(), path);
    }

    Result<> add(const MergedEntry& entry, int to, const std::string& name,
                 const std::string& path) {
        const auto& st = entry.st;
        if (st.st_nlink > 1) {
            const auto [first, is_first] = links_.try_emplace({st.st_dev, st.st_ino}, path);
            if (!is_first) {
                if (::linkat(root_fd_, first->second.c_str(), to, name.c_str(), 0) < 0)
                    return errno_error("linking it", errno);
                return {};
            }
        }
        if (S_ISREG(st.st_mode)) return add_file(entry, to, name);
        if (S_ISLNK(st.st_mode)) {
            const auto target = TRY(read_link(entry, name));
            if (::symlinkat(target.c_str(), to, name.c_str()) < 0)
                return errno_error("making the link", errno);
        } else if (!S_ISFIFO(st.st_mode)) {
            return Error{ErrorCode::kCorrupt, "a tree of the store holds no such thing"};
        } else if (::mkfifoat(to, name.c_str(), kUnfinishedMode) < 0) {
            return errno_error("making the FIFO", errno);
        }
        return finish_at(st, to, name);
    }

    static Result<> add_file(const MergedEntry& entry, int to, const std::string& name) {
        const auto from = TRY(base::open_at(entry.holder->get(), name, O_RDONLY | O_NOFOLLOW, 0,
                                            base::Resolve::kNoSymlinks));
        const auto made = TRY(base::open_at(to, name, O_WRONLY | O_CREAT | O_EXCL, kUnfinishedMode,
                                            base::Resolve::kNoSymlinks));
        TRY(copy_data(from.get(), made.get(), entry.st.st_size));
        return finish(entry.st, from.get(), made.get());
    }

    // Nobody else can reach this folder yet, so the name is what was just made.
    static Result<> finish_at(const struct stat& st, int to, const std::string& name) {
        const timespec times[] = {st.st_mtim, st.st_mtim};
        const bool link = S_ISLNK(st.st_mode);
        if (::fchownat(to, name.c_str(), st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
            (!link && ::fchmodat(to, name.c_str(), st.st_mode & kModeBits, 0) < 0) ||
            ::utimensat(to, name.c_str(), times, AT_SYMLINK_NOFOLLOW) < 0)
            return errno_error("setting its owner, mode and time", errno);
        return {};
    }

    int root_fd_;
    std::map<std::pair<dev_t, ino_t>, std::string> links_;  // the first path of each
};

}  // namespace

Result<> copy_folder(const MergedDir& from, int to_fd) {
    return Copy{to_fd}.fill(from, to_fd, "");
}

}  // namespace podd::pod
