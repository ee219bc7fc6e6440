// SPDX-License-Identifier: LGPL-2.1-or-later
// Extended attributes of archive members: which are kept, and in which form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::archive {

inline constexpr const char* kAclAccess = "system.posix_acl_access";
inline constexpr const char* kAclDefault = "system.posix_acl_default";
inline constexpr const char* kCapability = "security.capability";
/// Says to overlayfs (mounted with userxattr) that lower layers end here. Source:
/// Documentation/filesystems/overlayfs.rst.
inline constexpr const char* kOpaque = "user.overlay.opaque";

/// Ids that an image may use: those of one user namespace of a pod.
inline constexpr std::int64_t kMaxId = 65535;

struct AclEntry {
    // Source: linux/posix_acl_xattr.h and posix_acl.h.
    enum Tag : std::uint8_t {
        kUserObj = 0x01,
        kUser = 0x02,
        kGroupObj = 0x04,
        kGroup = 0x08,
        kMask = 0x10,
        kOther = 0x20
    };
    std::uint16_t tag;
    std::uint16_t permissions;
    std::int64_t id;  // for kUser and kGroup
};

/// The value of system.posix_acl_*. Errors: kInvalidArgument when an id is above kMaxId.
base::Result<std::string> acl_xattr(const std::vector<AclEntry>& entries);

/// The other way round; nothing when the value is none.
std::vector<AclEntry> acl_entries(std::string_view value);

/// Whether an attribute of an archive becomes one of the file: user.*, ACLs and file capabilities
/// do, but never one that overlayfs reads, and none that only the host's own policy may set.
bool keep_xattr(std::string_view name);

/// A file capability as it must be set inside the unpacker's user namespace. The kernel adds that
/// namespace's root, so the root that the image names is left out.
/// Source: linux/capability.h. Nothing when the value is no capability.
std::optional<std::string> namespaced_capability(std::string_view value);

}  // namespace podd::archive
