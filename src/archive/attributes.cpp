// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/attributes.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include <fmt/format.h>

#include <endian.h>

namespace podd::archive {

namespace {

constexpr std::uint32_t kAclVersion = 2;
constexpr std::uint32_t kNoId = 0xffffffff;

// Of struct vfs_cap_data and vfs_ns_cap_data.
constexpr std::uint32_t kRevisionMask = 0xff000000;
constexpr std::uint32_t kRevision2 = 0x02000000;
constexpr std::uint32_t kRevision3 = 0x03000000;
constexpr std::size_t kRevision2Bytes = 20;
constexpr std::size_t kRevision3Bytes = 24;

template <typename T>
void append(std::string& bytes, T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof raw);
}

template <typename T>
T take(std::string_view bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

}  // namespace

base::Result<std::string> acl_xattr(const std::vector<AclEntry>& entries) {
    auto sorted = entries;  // the kernel wants them in this order
    std::sort(sorted.begin(), sorted.end(), [](const AclEntry& a, const AclEntry& b) {
        return std::tie(a.tag, a.id) < std::tie(b.tag, b.id);
    });
    std::string value;
    append(value, htole32(kAclVersion));
    for (const auto& entry : sorted) {
        const bool named = entry.tag == AclEntry::kUser || entry.tag == AclEntry::kGroup;
        if (named && (entry.id < 0 || entry.id > kMaxId))
            return base::Error{base::ErrorCode::kInvalidArgument,
                               fmt::format("has an access control list for id {}, ids up to {} "
                                           "can be kept",
                                           entry.id, kMaxId)};
        append(value, htole16(entry.tag));
        append(value, htole16(entry.permissions));
        append(value, htole32(named ? static_cast<std::uint32_t>(entry.id) : kNoId));
    }
    return value;
}

std::vector<AclEntry> acl_entries(std::string_view value) {
    constexpr std::size_t kHeaderBytes = 4;
    constexpr std::size_t kEntryBytes = 8;
    if (value.size() < kHeaderBytes || take<std::uint32_t>(value, 0) != htole32(kAclVersion))
        return {};
    std::vector<AclEntry> entries;
    for (std::size_t at = kHeaderBytes; at + kEntryBytes <= value.size(); at += kEntryBytes)
        entries.push_back({le16toh(take<std::uint16_t>(value, at)),
                           le16toh(take<std::uint16_t>(value, at + 2)),
                           le32toh(take<std::uint32_t>(value, at + 4))});
    return entries;
}

bool keep_xattr(std::string_view name) {
    if (name.find(".overlay.") != std::string_view::npos) return false;
    return (name.starts_with("user.") && name.size() > 5) || name == kCapability ||
           name == kAclAccess || name == kAclDefault;
}

std::optional<std::string> namespaced_capability(std::string_view value) {
    std::uint32_t magic = 0;
    if (value.size() < sizeof magic) return std::nullopt;
    std::memcpy(&magic, value.data(), sizeof magic);
    magic = le32toh(magic);
    const auto revision = magic & kRevisionMask;
    if (!(revision == kRevision2 && value.size() == kRevision2Bytes) &&
        !(revision == kRevision3 && value.size() == kRevision3Bytes))
        return std::nullopt;
    std::string result;
    append(result, htole32(kRevision2 | (magic & ~kRevisionMask)));
    result += value.substr(sizeof magic, kRevision2Bytes - sizeof magic);
    return result;
}

}  // namespace podd::archive
