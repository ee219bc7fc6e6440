// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/identity.h"

#include <fmt/format.h>

#include "base/users.h"
#include "plan/plan.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::group_by_name;
using base::groups_of;
using base::kMaxId;
using base::numeric_id;
using base::passwd_by_name;
using base::passwd_by_uid;
using base::Result;

namespace {

constexpr std::size_t kMaxUserFile = std::size_t{1} * 1024 * 1024;

// On disk ids are shifted into the foreign range.
Result<std::uint32_t> from_disk(std::uint32_t id, const std::string& path) {
    if (id < plan::kForeignBase || id - plan::kForeignBase > kMaxId)
        return Error{
            ErrorCode::kCorrupt,
            fmt::format("\"{}\" in the image is owned by id {}, outside of the store's range", path,
                        id)};
    return id - plan::kForeignBase;
}

Result<LayeredRoot::Owner> path_owner(const LayeredRoot& root, const std::string& path) {
    const auto owner = TRY(root.owner(path));
    if (!owner)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("owner of \"{}\": there is no such file in the image", path)};
    return *owner;
}

struct UserFiles {
    std::string passwd;
    std::string group;
};

Result<UserFiles> read_user_files(const LayeredRoot& root) {
    const auto passwd = TRY(root.read_file("/etc/passwd", kMaxUserFile));
    const auto group = TRY(root.read_file("/etc/group", kMaxUserFile));
    return UserFiles{passwd.value_or(""), group.value_or("")};
}

Result<std::uint32_t> user_id(const std::string& user, const UserFiles& files,
                              const LayeredRoot& root) {
    if (const auto entry = passwd_by_name(files.passwd, user)) return entry->uid;
    if (const auto number = TRY(numeric_id(user))) return *number;
    if (user.starts_with('/')) return from_disk(TRY(path_owner(root, user)).uid, user);
    if (user == "root") return 0U;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("user \"{}\" is not in the image's /etc/passwd", user)};
}

Result<std::uint32_t> group_id(const std::string& group, const UserFiles& files,
                               const LayeredRoot& root) {
    if (const auto id = group_by_name(files.group, group)) return *id;
    if (const auto number = TRY(numeric_id(group))) return *number;
    if (group.starts_with('/')) return from_disk(TRY(path_owner(root, group)).gid, group);
    if (group == "root") return 0U;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("group \"{}\" is not in the image's /etc/group", group)};
}

}  // namespace

Result<Identity> identify(const ResolvedApp& app, const LayeredRoot& root) {
    const auto files = TRY(read_user_files(root));
    Identity identity;
    identity.uid = TRY(user_id(app.user, files, root));
    const auto entry = passwd_by_uid(files.passwd, identity.uid);
    identity.name = entry ? entry->name : "";
    identity.home = entry && !entry->home.empty() ? entry->home : "/";
    identity.shell = entry && !entry->shell.empty() ? entry->shell : "/bin/sh";
    identity.groups = app.supplementary_gids;
    if (app.group_from_user && entry) {
        identity.gid = entry->gid;
        const auto more = groups_of(files.group, entry->name);
        identity.groups.insert(identity.groups.end(), more.begin(), more.end());
    } else {
        identity.gid = TRY(group_id(app.group, files, root));
    }
    return identity;
}

IdentityProblems identity_problems(const ResolvedApp& app, const LayeredRoot& root) {
    IdentityProblems problems;
    const auto files = read_user_files(root);
    if (!files) {
        problems.files = files.error();
        return problems;
    }
    const auto uid = user_id(app.user, *files, root);
    if (!uid) problems.user = uid.error();
    // The group is what passwd says of the user.
    if (uid && app.group_from_user && passwd_by_uid(files->passwd, *uid)) return problems;
    if (const auto gid = group_id(app.group, *files, root); !gid) problems.group = gid.error();
    return problems;
}

}  // namespace podd::pod
