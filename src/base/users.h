// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of users and groups → numbers, from an image's own files. Pure: never NSS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::base {

/// Ids of an image end here: a pod's user namespace has 65536.
inline constexpr std::uint32_t kMaxId = 65535;

struct PasswdEntry {
    std::string name;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string home;
    std::string shell;
};

/// Entries of a passwd(5) text; malformed lines are passed over, as every libc does.
std::optional<PasswdEntry> passwd_by_name(std::string_view passwd, std::string_view name);
std::optional<PasswdEntry> passwd_by_uid(std::string_view passwd, std::uint32_t uid);

std::optional<std::uint32_t> group_by_name(std::string_view group, std::string_view name);
/// Ids of the groups that list `user` as a member, each once.
std::vector<std::uint32_t> groups_of(std::string_view group, std::string_view user);

/// Digits only, 0…kMaxId. No value when it is no number at all; an error when it is one out of
/// range.
base::Result<std::optional<std::uint32_t>> numeric_id(std::string_view text);

}  // namespace podd::base
