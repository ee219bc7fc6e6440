// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/merged_dir.h"

#include <cerrno>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/read_link.h"

namespace podd::pod {

using base::Result;
using base::UniqueFd;

namespace {

bool is_opaque(int dir_fd) {
    char value = 0;
    return ::fgetxattr(dir_fd, "user.overlay.opaque", &value, 1) == 1 && value == 'y';
}

}  // namespace

bool is_whiteout(const struct stat& st) {
    return S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

Result<MergedEntry> look_up(const MergedDir& dir, const std::string& name) {
    MergedEntry entry;
    for (const auto& layer : dir) {
        struct stat st{};
        if (::fstatat(layer->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) {
            if (errno == ENOENT) continue;
            return base::errno_error(fmt::format("looking at \"{}\"", name), errno);
        }
        const bool first = entry.kind == MergedEntry::Kind::kNothing;
        if (!S_ISDIR(st.st_mode)) {
            if (!first || is_whiteout(st)) break;  // hides everything below
            entry.kind = S_ISLNK(st.st_mode) ? MergedEntry::Kind::kLink : MergedEntry::Kind::kOther;
            entry.st = st;
            entry.holder = layer;
            break;
        }
        if (first) entry.st = st;
        entry.kind = MergedEntry::Kind::kDirectory;
        auto child = TRY(base::open_at(layer->get(), name, O_RDONLY | O_DIRECTORY, 0,
                                       base::Resolve::kNoSymlinks));
        const bool opaque = is_opaque(child.get());
        entry.dirs.push_back(std::make_shared<UniqueFd>(std::move(child)));
        if (opaque) break;
    }
    return entry;
}

Result<std::vector<std::string>> names_in(const MergedDir& dir) {
    std::set<std::string> names;
    for (const auto& layer : dir)
        for (auto& name : TRY(base::list_dir(layer->get())))
            names.insert(std::move(name));
    return std::vector<std::string>{names.begin(), names.end()};
}

Result<std::string> read_link(const MergedEntry& entry, const std::string& name) {
    return TRY_CONTEXT(base::read_link(entry.holder->get(), name), "\"{}\"", name);
}

}  // namespace podd::pod
