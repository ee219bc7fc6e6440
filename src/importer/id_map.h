// SPDX-License-Identifier: LGPL-2.1-or-later
// User ids between the disk, the host and the workers.
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::importer {

/// Trees lie on disk in systemd's foreign range (UIDS-GIDS), 65536 ids from here.
inline constexpr std::uint32_t kForeignBase = 0x7FFE0000;
inline constexpr std::uint32_t kIdCount = 65536;

/// Maps kIdCount ids of the user namespace of `pid`, from `inside`, to those from `outside`.
base::Result<> write_id_maps(pid_t pid, std::uint32_t inside, std::uint32_t outside);

/// Whether the host's root is somebody on such a mount. What is its own is closed to workers either
/// way.
enum class HostRoot : unsigned char { kLeaves, kStays };

/// Whether what is mounted can be written to.
enum class Access : unsigned char { kWrite, kRead };

/// A mount of its own of directory `dir_fd`, attached nowhere: what belongs to kForeignBase + i on
/// disk belongs to kWorkerBase + i there, and so to i in a worker. nosuid, nodev, noexec.
/// Errors: kUnsupported when this file system or kernel cannot (tmpfs before Linux 6.3).
base::Result<base::UniqueFd> id_mapped_mount(int dir_fd, Access access = Access::kWrite,
                                             HostRoot root = HostRoot::kLeaves);

}  // namespace podd::importer
