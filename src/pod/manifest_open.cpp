// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/manifest_open.h"

#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/read_link.h"

namespace podd::pod {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

// As many links as the kernel follows. Source: path_resolution(7).
constexpr int kMaxLinks = 40;

Result<> check_owner(const struct stat& st, Owner owner, std::string_view what) {
    if (owner == Owner::kAnybody) return {};
    if (st.st_uid == 0 && (S_ISLNK(st.st_mode) || (st.st_mode & 0022) == 0)) return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("found {} of uid {} with mode {:04o}, wanted one that only root can "
                             "write",
                             what, st.st_uid, st.st_mode & 07777)};
}

std::string_view type_name(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    if (S_ISCHR(mode)) return "a character device";
    if (S_ISBLK(mode)) return "a block device";
    return "something unknown";
}

// Where a name leads to: the last component in its directory, which is no link.
struct Place {
    int dir = -1;
    std::string name;
    struct stat st{};
    UniqueFd own_dir;  // behind `dir`, when a link led away

    void enter(UniqueFd fd) {
        own_dir = std::move(fd);
        dir = own_dir.get();
    }
};

// Components still to go, the next one last.
void push_components(std::vector<std::string>& todo, std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        if (slash > 0 && path.substr(0, slash) != ".") parts.emplace_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    todo.insert(todo.end(), parts.rbegin(), parts.rend());
}

Result<UniqueFd> open_dir(int dir_fd, const char* name) {
    UniqueFd fd{::openat(dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd) return base::errno_error(fmt::format("opening \"{}\"", name), errno);
    return fd;
}

// Follows links by hand, because every step is a chance for somebody else to lead root astray.
Result<Place> chase(int dir_fd, const std::string& name, Owner owner) {
    Place place{dir_fd, {}, {}, {}};
    std::vector<std::string> todo{name};
    int links = 0;
    while (!todo.empty()) {
        place.name = std::move(todo.back());
        todo.pop_back();
        if (::fstatat(place.dir, place.name.c_str(), &place.st, AT_SYMLINK_NOFOLLOW) < 0)
            return base::errno_error(fmt::format("looking at \"{}\"", place.name), errno);
        if (S_ISLNK(place.st.st_mode)) {
            if (++links > kMaxLinks)
                return Error{ErrorCode::kInvalidArgument,
                             fmt::format("found more than {} links, wanted a file", kMaxLinks)};
            TRY(check_owner(place.st, owner, "a link"));
            const auto target = TRY(base::read_link(place.dir, place.name));
            if (target.starts_with('/')) place.enter(TRY(open_dir(AT_FDCWD, "/")));
            push_components(todo, target);
        } else if (!todo.empty() || place.name == "..") {
            place.enter(TRY(open_dir(place.dir, place.name.c_str())));
            TRY(check_owner(place.st, owner, "a directory on the way"));
        }
    }
    return place;
}

bool is_null_device(const struct stat& st) {
    return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

}  // namespace

Result<UniqueFd> open_manifest_dir(const std::string& path, Owner owner) {
    auto fd = TRY(base::open_path(path, O_RDONLY | O_DIRECTORY));
    struct stat st{};
    if (::fstat(fd.get(), &st) < 0) return base::errno_error("looking at it", errno);
    TRY(check_owner(st, owner, "a directory"));
    return fd;
}

Result<OpenedManifest> open_manifest(int dir_fd, const std::string& name, Owner owner) {
    const auto place = TRY(chase(dir_fd, name, owner));
    if (is_null_device(place.st)) return OpenedManifest{{}, true};
    if (!S_ISREG(place.st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("found {}, wanted a regular file", type_name(place.st.st_mode))};
    // It was a regular file a moment ago; these flags keep it harmless if it is not any more.
    UniqueFd fd{::openat(place.dir, place.name.c_str(),
                         O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd) return base::errno_error("opening it", errno);
    struct stat st{};
    if (::fstat(fd.get(), &st) < 0) return base::errno_error("looking at it", errno);
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("found {}, wanted a regular file", type_name(st.st_mode))};
    TRY(check_owner(st, owner, "a file"));
    if (st.st_size == 0) return OpenedManifest{{}, true};
    if (static_cast<std::uint64_t>(st.st_size) > kManifestMaxBytes)
        return Error{ErrorCode::kInvalidArgument, fmt::format("found {} bytes, wanted at most {}",
                                                              st.st_size, kManifestMaxBytes)};
    return OpenedManifest{std::move(fd), false};
}

}  // namespace podd::pod
