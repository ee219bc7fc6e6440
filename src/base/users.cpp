// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/users.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace podd::base {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::uint32_t> id_field(std::string_view text) {
    const auto id = numeric_id(text);
    if (!id) return std::nullopt;
    return *id;
}

// Calls `use` with the fields of each line that has at least `least`; stops when it returns true.
template <typename Use>
void each_line(std::string_view text, std::size_t least, Use use) {
    for (const auto line : split(text, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() >= least && use(fields)) return;
    }
}

template <typename Matches>
std::optional<PasswdEntry> find_passwd(std::string_view passwd, Matches matches) {
    std::optional<PasswdEntry> hit;
    each_line(passwd, 7, [&](const std::vector<std::string_view>& f) {
        const auto uid = id_field(f[2]);
        const auto gid = id_field(f[3]);
        if (!uid || !gid || !matches(f[0], *uid)) return false;
        hit = PasswdEntry{std::string{f[0]}, *uid, *gid, std::string{f[5]}, std::string{f[6]}};
        return true;
    });
    return hit;
}

}  // namespace

std::optional<PasswdEntry> passwd_by_name(std::string_view passwd, std::string_view name) {
    return find_passwd(passwd,
                       [&](std::string_view entry, std::uint32_t) { return entry == name; });
}

std::optional<PasswdEntry> passwd_by_uid(std::string_view passwd, std::uint32_t uid) {
    return find_passwd(passwd, [&](std::string_view, std::uint32_t entry) { return entry == uid; });
}

std::optional<std::uint32_t> group_by_name(std::string_view group, std::string_view name) {
    std::optional<std::uint32_t> hit;
    each_line(group, 3, [&](const std::vector<std::string_view>& f) {
        if (f[0] != name) return false;
        hit = id_field(f[2]);
        return hit.has_value();
    });
    return hit;
}

std::vector<std::uint32_t> groups_of(std::string_view group, std::string_view user) {
    std::vector<std::uint32_t> ids;
    each_line(group, 4, [&](const std::vector<std::string_view>& f) {
        const auto id = id_field(f[2]);
        const auto members = split(f[3], ',');
        if (id && std::find(members.begin(), members.end(), user) != members.end() &&
            std::find(ids.begin(), ids.end(), *id) == ids.end())
            ids.push_back(*id);
        return false;
    });
    return ids;
}

Result<std::optional<std::uint32_t>> numeric_id(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::optional<std::uint32_t>{};
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || id > kMaxId)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("id {} is out of a pod's range, 0…{}", text, kMaxId)};
    return std::optional{id};
}

}  // namespace podd::base
