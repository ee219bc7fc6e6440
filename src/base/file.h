// SPDX-License-Identifier: LGPL-2.1-or-later
// Files by descriptor: opening beneath a root, reading whole, replacing at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::base {

/// What a path may do on its way. Source: openat2(2).
enum class Resolve : unsigned char {
    kBeneath,     // no "..", absolute path or link that leaves the directory: EXDEV
    kInRoot,      // the directory is "/": absolute links and ".." stay inside
    kNoSymlinks,  // as kBeneath, and no link at all: ELOOP
};

/// openat2() with O_CLOEXEC and RESOLVE_NO_MAGICLINKS always on. `mode` only with O_CREAT or
/// O_TMPFILE. Errors: kNotFound, kDenied, kIo; the message quotes `path`.
Result<UniqueFd> open_at(int dir_fd, const std::string& path, int flags, mode_t mode = 0,
                         Resolve resolve = Resolve::kBeneath);

/// A path of our own or of the administrator, from the root: links are followed. O_CLOEXEC is
/// added.
Result<UniqueFd> open_path(const std::string& path, int flags, mode_t mode = 0);

/// A directory of our own, made with `mode` when missing (its parent must exist). Never a symlink.
Result<UniqueFd> open_or_make_dir(int dir_fd, const std::string& name, mode_t mode);

/// The rest of the file. Errors: kIo; kInvalidArgument when it holds more than `limit` bytes.
Result<std::string> read_all(int fd, std::size_t limit);

/// Opens a regular file (never a FIFO, device or directory, and without waiting for one) and reads
/// it whole. Errors: as open_at() and read_all(); kInvalidArgument when it is not a regular file.
Result<std::string> read_file(int dir_fd, const std::string& path, std::size_t limit,
                              Resolve resolve = Resolve::kBeneath);
Result<std::string> read_file(const std::string& path, std::size_t limit);

Result<> write_all(int fd, std::string_view data);

/// Whether a replaced file must survive a power cut. State under /run never does.
enum class Durable : unsigned char { kNo, kYes };

/// A name beside `name` for what is not whole yet: ".#NAME.0123456789abcdef".
Result<std::string> temporary_name(const std::string& name);
bool is_temporary_name(std::string_view name);

/// Writes beside `name` and renames, so readers see the old file or the whole new one.
Result<> write_file(int dir_fd, const std::string& name, std::string_view data, mode_t mode,
                    Durable durable = Durable::kNo);

/// Removes `name` and everything under it without following a link or leaving the mount; missing is
/// success.
Result<> remove_tree(int dir_fd, const std::string& name);

/// Names in a directory without "." and "..", sorted by bytes.
Result<std::vector<std::string>> list_dir(int dir_fd);

/// "/proc/self/fd/N": the only path that may stand for a descriptor.
std::string fd_path(int fd);

}  // namespace podd::base
