// SPDX-License-Identifier: LGPL-2.1-or-later
// Small steps that the files of the writing half share.
#pragma once

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result.h"
#include "store/layout.h"

namespace podd::store {

inline constexpr const char* kBlobAlgorithms[] = {"sha256"};

inline base::Result<> sync_dir(int fd) {
    if (::fsync(fd) < 0) return base::errno_error("flushing a directory of the store", errno);
    return {};
}

inline base::Result<> rename_at(int from_dir, const std::string& from, int to_dir,
                                const std::string& to) {
    if (::renameat(from_dir, from.c_str(), to_dir, to.c_str()) < 0)
        return base::errno_error(fmt::format("renaming \"{}\" to \"{}\"", from, to), errno);
    return {};
}

inline bool exists(int dir_fd, const std::string& path) {
    struct stat st{};
    return ::fstatat(dir_fd, path.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

inline std::string blob_path(std::string_view blob) {
    return fmt::format("{}/{}", kBlobsDir, blob);
}

}  // namespace podd::store
