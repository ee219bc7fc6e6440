// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/tree_attributes.h"

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/attributes.h"
#include "archive/member_path.h"

namespace podd::archive {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr mode_t kPermissionBits = 0777;

bool sets(const std::string& name, Owners owners) {
    if (!keep_xattr(name) || name == kAclDefault) return false;
    return owners == Owners::kArchived || name.starts_with("user.");
}

Result<> set_xattrs(int fd, const TarEntry& entry, Owners owners) {
    for (const auto& [name, value] : entry.xattrs) {
        if (!sets(name, owners)) continue;
        std::string_view bytes = value;
        std::optional<std::string> capability;
        if (name == kCapability) {
            capability = namespaced_capability(value);
            if (!capability)
                return Error{ErrorCode::kInvalidArgument,
                             "has a file capability of an unknown form"};
            bytes = *capability;
        }
        if (::fsetxattr(fd, name.c_str(), bytes.data(), bytes.size(), 0) < 0)
            return base::errno_error(fmt::format("setting attribute {}", quoted(name)), errno);
    }
    return {};
}

}  // namespace

Result<> check_owner(const TarEntry& entry) {
    for (const auto& [what, id] : {std::pair{"user", entry.uid}, std::pair{"group", entry.gid}})
        if (id < 0 || id > kMaxId)
            return Error{
                ErrorCode::kInvalidArgument,
                fmt::format("belongs to {} {}, ids up to {} can be kept", what, id, kMaxId)};
    return {};
}

mode_t mode_of(const TarEntry& entry, Owners owners) {
    return entry.mode & (owners == Owners::kArchived ? kModeBits : kPermissionBits);
}

// chown clears setuid bits and capabilities; without privilege a file that may not be written to
// gets no attribute. So the order matters.
Result<> set_attributes(int fd, const TarEntry& entry, Owners owners) {
    if (owners == Owners::kCaller) TRY(set_xattrs(fd, entry, owners));
    if (owners == Owners::kArchived &&
        ::fchown(fd, static_cast<uid_t>(entry.uid), static_cast<gid_t>(entry.gid)) < 0)
        return base::errno_error("setting its owner", errno);
    if (::fchmod(fd, mode_of(entry, owners)) < 0)
        return base::errno_error("setting its mode", errno);
    return owners == Owners::kArchived ? set_xattrs(fd, entry, owners) : Result<>{};
}

Result<> set_attributes_at(int parent, const std::string& name, const TarEntry& entry,
                           Owners owners) {
    if (owners == Owners::kArchived &&
        ::fchownat(parent, name.c_str(), static_cast<uid_t>(entry.uid),
                   static_cast<gid_t>(entry.gid), AT_SYMLINK_NOFOLLOW) < 0)
        return base::errno_error("setting its owner", errno);
    if (entry.type != TarEntry::Type::kSymlink &&
        ::fchmodat(parent, name.c_str(), mode_of(entry, owners), 0) < 0)
        return base::errno_error("setting its mode", errno);
    if (::utimensat(parent, name.c_str(), times_of(entry.mtime).data(), AT_SYMLINK_NOFOLLOW) < 0)
        return base::errno_error("setting its time", errno);
    return {};
}

std::array<timespec, 2> times_of(const timespec& mtime) {
    return {mtime, mtime};
}

}  // namespace podd::archive
