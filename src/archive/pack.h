// SPDX-License-Identifier: LGPL-2.1-or-later
// A root file system, as folder or as tar, into the tar of an image. The same root makes the same
// bytes, on every host and for every user who can read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/tar_writer.h"
#include "archive/tree_writer.h"
#include "base/result.h"

namespace podd::archive {

struct PackOptions {
    Rules rules = Rules::kAci;             // an ACI has its files beneath "rootfs/"
    std::optional<std::int64_t> owner{};   // of every file, in place of its own
    std::optional<std::int64_t> group{};   // the same
    std::optional<std::int64_t> latest{};  // seconds since 1970: later times become this one
};

struct Packed {
    std::uint64_t files = 0;
    std::vector<std::string> notes{};  // what was left out, for the user
};

/// The folder at `root_fd`, sorted by names. Kept are modes, ids, whole seconds of times, hard
/// links, device nodes, and the attributes of keep_xattr(). Left out with a note: sockets, what is
/// mounted beneath the folder, and with an owner given, access control lists.
/// Errors: kInvalidArgument, quoting the path, for what no image can hold; kIo.
base::Result<Packed> pack_folder(int root_fd, const PackOptions& options, TarWriter& writer);

/// The trees of an image, lowest first, as a pod sees them. Errors: as above.
base::Result<Packed> pack_layers(const std::vector<int>& root_fds, const PackOptions& options,
                                 TarWriter& writer);

/// The members of a tar (not compressed) in their order, by the same rules. Errors: as above; also
/// for a path that is there twice, and for what is an image already.
base::Result<Packed> pack_tar(int tar_fd, const PackOptions& options, TarWriter& writer);

}  // namespace podd::archive
