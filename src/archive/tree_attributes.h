// SPDX-License-Identifier: LGPL-2.1-or-later
// Owner, mode, time and extended attributes of a file that an archive brings.
#pragma once

#include <array>
#include <ctime>

#include "archive/tar_reader.h"
#include "base/result.h"

namespace podd::archive {

/// Whose the files of a tree are.
enum class Owners : unsigned char {
    kArchived,  // those whom the archive names; the process must be privileged over these ids
    kCaller,    // of this process, without privilege: no setuid, no capabilities, no ACLs
};

inline constexpr mode_t kModeBits = 07777;

/// Errors: kInvalidArgument for an id above kMaxId.
base::Result<> check_owner(const TarEntry& entry);

/// Of a file or directory that is open; a default ACL is left out: what is made in the directory
/// would inherit it. Errors: kInvalidArgument, kIo.
base::Result<> set_attributes(int fd, const TarEntry& entry, Owners owners);

/// Owner and time of what cannot be opened, and its mode where it has one.
base::Result<> set_attributes_at(int parent, const std::string& name, const TarEntry& entry,
                                 Owners owners);

/// The mode that `entry` gets.
mode_t mode_of(const TarEntry& entry, Owners owners);

std::array<timespec, 2> times_of(const timespec& mtime);

}  // namespace podd::archive
