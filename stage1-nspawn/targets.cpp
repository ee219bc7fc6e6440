// SPDX-License-Identifier: LGPL-2.1-or-later
#include "targets.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::open_at;
using base::Resolve;
using base::Result;
using base::UniqueFd;

namespace {

constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;

Result<bool> is_directory(int fd) {
    struct stat st{};
    if (::fstat(fd, &st) < 0) return errno_error("looking at a mount point", errno);
    return S_ISDIR(st.st_mode);
}

Result<> make(int dir_fd, const std::string& name, TargetKind kind) {
    if (kind == TargetKind::kDirectory) {
        if (::mkdirat(dir_fd, name.c_str(), kDirectoryMode) < 0)
            return errno_error(fmt::format("making directory \"{}\"", name), errno);
        return {};
    }
    const UniqueFd fd{::openat(dir_fd, name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode)};
    if (!fd) return errno_error(fmt::format("making file \"{}\"", name), errno);
    return {};
}

Result<UniqueFd> make_and_open(int dir_fd, const std::string& name, TargetKind kind) {
    TRY(make(dir_fd, name, kind));
    return open_at(dir_fd, name, O_PATH | O_NOFOLLOW);
}

// Everything before the last slash, and what follows it. `path` is absolute and normal.
std::pair<std::string, std::string> split(const std::string& path) {
    const auto slash = path.rfind('/');
    return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

Result<UniqueFd> open_or_make_directory(int root_fd, const std::string& path) {
    auto fd = open_at(root_fd, path, O_PATH | O_DIRECTORY, 0, Resolve::kInRoot);
    if (fd || fd.error().sys_errno() != ENOENT || path == "/") return fd;
    const auto [parent, name] = split(path);
    const auto parent_fd = TRY(open_or_make_directory(root_fd, parent));
    if (::mkdirat(parent_fd.get(), name.c_str(), kDirectoryMode) < 0) {
        if (errno == EEXIST)
            return Error{ErrorCode::kConflict,
                         fmt::format("\"{}\" is a link that leads nowhere", path)};
        return errno_error(fmt::format("making directory \"{}\"", path), errno);
    }
    return open_at(parent_fd.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

// Whether there is what is wanted. What else stands there is removed.
Result<bool> stands(int dir_fd, const std::string& name, TargetKind kind) {
    struct stat st{};
    if (::fstatat(dir_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno == ENOENT) return false;
        return errno_error(fmt::format("looking at \"{}\"", name), errno);
    }
    if (kind == TargetKind::kDirectory ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)) return true;
    TRY(base::remove_tree(dir_fd, name));
    return false;
}

Result<UniqueFd> own_target(int dir_fd, const std::string& name, TargetKind kind) {
    if (TRY(stands(dir_fd, name, kind))) return open_at(dir_fd, name, O_PATH | O_NOFOLLOW);
    return make_and_open(dir_fd, name, kind);
}

Result<std::uint64_t> mount_id(int fd) {
    struct statx found{};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0)
        return errno_error("looking at a mount point", errno);
    return std::uint64_t{found.stx_mnt_id};
}

// What the image has in the way of a volume goes out of the pod's own copy; what another volume has
// there is somebody's.
Result<> check_own(int root_fd, int parent_fd, const std::string& path, TargetKind kind) {
    struct stat st{};
    const auto name = split(path).second;
    if (::fstatat(parent_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) return {};
    if (TRY(mount_id(root_fd)) == TRY(mount_id(parent_fd))) return {};
    return Error{
        ErrorCode::kConflict,
        fmt::format("\"{}\" lies in another volume and is no {} there; choose another path", path,
                    kind == TargetKind::kDirectory ? "directory" : "file")};
}

}  // namespace

Result<UniqueFd> volume_target(int root_fd, const std::string& path, TargetKind kind) {
    const auto [parent, name] = split(path);
    const auto parent_fd = TRY(open_or_make_directory(root_fd, parent));
    auto fd = open_at(root_fd, path, O_PATH, 0, Resolve::kInRoot);
    if (fd) {
        if (TRY(is_directory(fd->get())) == (kind == TargetKind::kDirectory)) return fd;
    } else if (fd.error().sys_errno() != ENOENT) {
        return fd;
    }
    TRY(check_own(root_fd, parent_fd.get(), path, kind));
    return own_target(parent_fd.get(), name, kind);
}

Result<UniqueFd> own_directory(int dir_fd, const std::string& name) {
    return own_target(dir_fd, name, TargetKind::kDirectory);
}

Result<UniqueFd> own_file(int dir_fd, const std::string& name) {
    return own_target(dir_fd, name, TargetKind::kFile);
}

Result<std::vector<UniqueFd>> own_files(int dir_fd, const std::vector<std::string>& names) {
    std::vector<UniqueFd> files;
    files.reserve(names.size());
    const std::string* made = nullptr;
    for (const auto& name : names) {
        if (!TRY(stands(dir_fd, name, TargetKind::kFile))) {
            if (made == nullptr)
                TRY(make(dir_fd, name, TargetKind::kFile));
            else if (::linkat(dir_fd, made->c_str(), dir_fd, name.c_str(), 0) < 0)
                return errno_error(fmt::format("making file \"{}\"", name), errno);
            made = &name;
        }
        files.push_back(TRY(open_at(dir_fd, name, O_PATH | O_NOFOLLOW)));
    }
    return files;
}

}  // namespace podd::stage1
