// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/member_packer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "archive/attributes.h"
#include "archive/member_path.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kWhiteout = ".wh.";

bool is_acl(const std::pair<std::string, std::string>& xattr) {
    return xattr.first == kAclAccess || xattr.first == kAclDefault;
}

}  // namespace

Result<bool> MemberPacker::add(TarEntry entry) {
    if (entry.type == TarEntry::Type::kSocket) {
        leave_out("socket", entry.name);
        return false;
    }
    if (options_.owner) entry.uid = *options_.owner;
    if (options_.group) entry.gid = *options_.group;
    TRY(check(entry));
    clean_xattrs(entry);
    if (options_.latest && entry.mtime.tv_sec > *options_.latest)
        entry.mtime.tv_sec = *options_.latest;
    entry.name = member_name(entry.name);
    if (entry.type == TarEntry::Type::kHardlink) entry.link = member_name(entry.link);
    TRY(writer_.add(entry));
    ++files_;
    return true;
}

Result<> MemberPacker::check(const TarEntry& entry) const {
    // What podd would refuse to import is better known now.
    for (const auto& [what, id] : {std::pair{"user", entry.uid}, std::pair{"group", entry.gid}})
        if (id < 0 || id > kMaxId)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("belongs to {} {}, images of podd have ids up to {}\nhint: "
                                     "--owner=0:0 makes every file root's",
                                     what, id, kMaxId)};
    // In a layer such a name is no file, but hides one.
    const auto name = split_path(entry.name).second;
    if (options_.rules == Rules::kLayer && name.starts_with(kWhiteout))
        return Error{ErrorCode::kInvalidArgument,
                     "would hide another file in an OCI image: an ACI can hold it"};
    return {};
}

std::string MemberPacker::member_name(const std::string& path) const {
    if (options_.rules == Rules::kLayer) return path.empty() ? "." : path;
    return path.empty() ? "rootfs" : "rootfs/" + path;
}

void MemberPacker::clean_xattrs(TarEntry& entry) {
    auto& list = entry.xattrs;
    std::erase_if(list, [](const auto& xattr) { return !keep_xattr(xattr.first); });
    // The ids in them are those of the owners that are not kept.
    if (options_.owner && std::erase_if(list, is_acl) > 0)
        leave_out("access control list", entry.name);
    for (auto at = list.begin(); at != list.end();) {
        if (at->first != kCapability) {
            ++at;
            continue;
        }
        // Without the root of the user namespace that it was set in.
        auto value = namespaced_capability(at->second);
        if (value)
            at++->second = *std::move(value);
        else
            at = list.erase(at);
    }
    std::sort(list.begin(), list.end());
}

void MemberPacker::leave_out(std::string_view what, const std::string& path) {
    for (auto& known : left_out_) {
        if (known.what != what) continue;
        ++known.count;
        return;
    }
    left_out_.push_back({std::string{what}, path, 1});
}

Packed MemberPacker::finish() {
    Packed packed{.files = files_};
    for (const auto& [what, first, count] : left_out_)
        packed.notes.push_back(count == 1 ? fmt::format("left out: {} {}", what, quoted(first))
                                          : fmt::format("left out: {} {} and {} more", what,
                                                        quoted(first), count - 1));
    return packed;
}

}  // namespace podd::archive
