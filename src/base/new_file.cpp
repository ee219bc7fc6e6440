// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/new_file.h"

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::base {

namespace {

constexpr mode_t kMode = 0666;

Error cannot_name(const std::string& name, int saved_errno) {
    if (saved_errno == EEXIST)
        return Error{ErrorCode::kConflict, fmt::format("\"{}\" exists already", name), EEXIST};
    return errno_error(fmt::format("naming it \"{}\"", name), saved_errno);
}

Result<> link_into_place(int fd, int dir_fd, const std::string& name) {
    if (::linkat(AT_FDCWD, fd_path(fd).c_str(), dir_fd, name.c_str(), AT_SYMLINK_FOLLOW) < 0)
        return cannot_name(name, errno);
    return {};
}

}  // namespace

Result<NewFile> NewFile::create(int dir_fd, const std::string& name) {
    UniqueFd dir{::openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!dir) return errno_error(fmt::format("opening the directory of \"{}\"", name), errno);
    UniqueFd fd{::openat(dir.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kMode)};
    if (fd) return NewFile{std::move(dir), std::move(fd), {}};
    // Source: open(2), O_TMPFILE: what file systems say that do not have it.
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
        return errno_error(fmt::format("making \"{}\"", name), errno);
    auto temporary = TRY(temporary_name(name));
    fd = TRY(open_at(dir.get(), temporary, O_RDWR | O_CREAT | O_EXCL, kMode, Resolve::kNoSymlinks));
    return NewFile{std::move(dir), std::move(fd), std::move(temporary)};
}

NewFile::~NewFile() {
    if (dir_ && !temporary_.empty()) (void)::unlinkat(dir_.get(), temporary_.c_str(), 0);
}

Result<> NewFile::publish(int dir_fd, const std::string& name, Existing existing) {
    if (temporary_.empty() && existing == Existing::kRefuse)
        return link_into_place(fd_.get(), dir_fd, name);
    if (temporary_.empty()) {
        // A link cannot take another's place.
        auto temporary = TRY(temporary_name(name));
        TRY(link_into_place(fd_.get(), dir_.get(), temporary));
        temporary_ = std::move(temporary);
    }
    TRY(rename_into_place(dir_.get(), temporary_, dir_fd, name, existing));
    temporary_.clear();
    return {};
}

Result<> rename_into_place(int dir_fd, const std::string& from, int to_dir_fd,
                           const std::string& to, Existing existing) {
    const unsigned flags = existing == Existing::kRefuse ? RENAME_NOREPLACE : 0;
    if (::renameat2(dir_fd, from.c_str(), to_dir_fd, to.c_str(), flags) < 0)
        return cannot_name(to, errno);
    return {};
}

}  // namespace podd::base
