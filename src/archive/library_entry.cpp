// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/library_entry.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "archive/attributes.h"

namespace podd::archive {

namespace {

unsigned file_type(TarEntry::Type type) {
    switch (type) {
        case TarEntry::Type::kFile:
        case TarEntry::Type::kHardlink: return AE_IFREG;
        case TarEntry::Type::kDirectory: return AE_IFDIR;
        case TarEntry::Type::kSymlink: return AE_IFLNK;
        case TarEntry::Type::kCharacterDevice: return AE_IFCHR;
        case TarEntry::Type::kBlockDevice: return AE_IFBLK;
        case TarEntry::Type::kFifo: return AE_IFIFO;
        case TarEntry::Type::kSocket: return AE_IFSOCK;
    }
    return AE_IFREG;
}

int acl_tag(const AclEntry& entry) {
    switch (entry.tag) {
        case AclEntry::kUserObj: return ARCHIVE_ENTRY_ACL_USER_OBJ;
        case AclEntry::kUser: return ARCHIVE_ENTRY_ACL_USER;
        case AclEntry::kGroupObj: return ARCHIVE_ENTRY_ACL_GROUP_OBJ;
        case AclEntry::kGroup: return ARCHIVE_ENTRY_ACL_GROUP;
        case AclEntry::kMask: return ARCHIVE_ENTRY_ACL_MASK;
        default: return ARCHIVE_ENTRY_ACL_OTHER;
    }
}

void set_xattrs(::archive_entry* entry, const TarEntry& from) {
    for (const auto& [name, value] : from.xattrs) {
        if (name != kAclAccess && name != kAclDefault) {
            ::archive_entry_xattr_add_entry(entry, name.c_str(), value.data(), value.size());
            continue;
        }
        const int type =
            name == kAclAccess ? ARCHIVE_ENTRY_ACL_TYPE_ACCESS : ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
        for (const auto& one : acl_entries(value))
            (void)::archive_entry_acl_add_entry(entry, type, one.permissions, acl_tag(one),
                                                static_cast<int>(one.id), nullptr);
    }
}

// The library wants to know where data is.
void set_holes(::archive_entry* entry, const TarEntry& from) {
    if (from.holes.empty()) return;
    std::uint64_t at = 0;
    const auto add = [&](std::uint64_t end) {
        if (end > at)
            ::archive_entry_sparse_add_entry(entry, static_cast<la_int64_t>(at),
                                             static_cast<la_int64_t>(end - at));
    };
    for (const auto& hole : from.holes) {
        add(hole.offset);
        at = hole.offset + hole.length;
    }
    add(from.size);
    // Where there is nothing but holes.
    if (::archive_entry_sparse_count(entry) == 0) ::archive_entry_sparse_add_entry(entry, 0, 0);
}

}  // namespace

LibraryEntry library_entry(const TarEntry& from) {
    LibraryEntry entry{::archive_entry_new()};
    ::archive_entry_set_pathname(entry.get(), from.name.c_str());
    ::archive_entry_set_filetype(entry.get(), file_type(from.type));
    ::archive_entry_set_perm(entry.get(), from.mode & 07777);
    ::archive_entry_set_uid(entry.get(), from.uid);
    ::archive_entry_set_gid(entry.get(), from.gid);
    ::archive_entry_set_mtime(entry.get(), from.mtime.tv_sec, 0);
    ::archive_entry_set_size(
        entry.get(), from.type == TarEntry::Type::kFile ? static_cast<la_int64_t>(from.size) : 0);
    if (from.type == TarEntry::Type::kHardlink)
        ::archive_entry_set_hardlink(entry.get(), from.link.c_str());
    else if (from.type == TarEntry::Type::kSymlink)
        ::archive_entry_set_symlink(entry.get(), from.link.c_str());
    else if (from.type == TarEntry::Type::kCharacterDevice ||
             from.type == TarEntry::Type::kBlockDevice) {
        ::archive_entry_set_rdevmajor(entry.get(), ::major(from.device));
        ::archive_entry_set_rdevminor(entry.get(), ::minor(from.device));
    }
    set_xattrs(entry.get(), from);
    set_holes(entry.get(), from);
    return entry;
}

}  // namespace podd::archive
