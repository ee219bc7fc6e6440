// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/layout.h"
#include "store/writer.h"

namespace podd::store {

using base::Result;
using base::UniqueFd;

Workspace::~Workspace() {
    if (dir_) (void)base::remove_tree(tmp_.get(), name_);
}

std::string Workspace::path() const {
    return fmt::format("{}/{}", kTmpDir, name_);
}

Result<UniqueFd> Workspace::make_tree(const std::string& name, std::uint32_t uid,
                                      std::uint32_t gid) const {
    const auto tree = TRY(base::open_or_make_dir(dir_.get(), name, 0700));
    // 0755: what a root directory is when the archive says nothing about it.
    auto rootfs = TRY(base::open_or_make_dir(tree.get(), kRootfs, 0755));
    if (::fchmod(rootfs.get(), 0755) < 0 || ::fchown(rootfs.get(), uid, gid) < 0)
        return base::errno_error("giving the new tree to the unpacker", errno);
    return rootfs;
}

Result<UniqueFd> Workspace::make_digests(const std::string& name) const {
    return base::open_at(dir_.get(), fmt::format("{}/{}", name, kDigests),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

Result<UniqueFd> Workspace::make_blob(const std::string& name) const {
    return base::open_at(dir_.get(), name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

}  // namespace podd::store
