// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/render.h"

#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/attributes.h"
#include "archive/listed_tree.h"
#include "archive/member_path.h"
#include "archive/xattrs.h"
#include "base/file.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Resolve;
using base::Result;
using base::UniqueFd;

constexpr mode_t kUnfinishedMode = 0700;
constexpr mode_t kModeBits = 07777;

std::string join(const std::string& path, const std::string& name) {
    return path.empty() ? name : fmt::format("{}/{}", path, name);
}

Result<UniqueFd> open_directory(int dir_fd, const std::string& path) {
    return base::open_at(dir_fd, path.empty() ? "." : path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
                         Resolve::kNoSymlinks);
}

Result<> copy_xattrs(int from, int to) {
    for (const auto& [name, value] : TRY(read_xattrs(from, keep_xattr)))
        if (::fsetxattr(to, name.c_str(), value.data(), value.size(), 0) < 0)
            return base::errno_error(fmt::format("setting attribute \"{}\"", name), errno);
    return {};
}

Result<> copy_attributes(int from, int to) {
    struct stat st{};
    if (::fstat(from, &st) < 0) return base::errno_error("looking at it", errno);
    if (::fchown(to, st.st_uid, st.st_gid) < 0)
        return base::errno_error("setting its owner", errno);
    if (::fchmod(to, st.st_mode & kModeBits) < 0)
        return base::errno_error("setting its mode", errno);
    TRY(copy_xattrs(from, to));
    const timespec times[] = {st.st_mtim, st.st_mtim};
    if (::futimens(to, times) < 0) return base::errno_error("setting its time", errno);
    return {};
}

class Renderer {
public:
    Renderer(const std::vector<RenderPart>& parts, int root_fd)
        : parts_{parts}, root_fd_{root_fd} {}

    Result<> lay(std::size_t index) {
        part_ = index;
        listed_ = TRY(ListedTree::read(part().digests_fd));
        origins_[""] = index;
        const auto& kept = part().kept;
        if (!kept) {
            const auto from = TRY(open_directory(part().root_fd, ""));
            const auto to = TRY(open_directory(root_fd_, ""));
            return lay_all(from.get(), to.get(), "");
        }
        for (const auto& path : *kept)
            TRY_CONTEXT(lay_path(path), "{}", quoted(path));
        return {};
    }

    // What a directory is like is set when nothing is made in it any more: that changes its time,
    // and its default ACL would change what is made.
    Result<> finish() {
        const auto root = TRY(open_directory(root_fd_, ""));
        return finish_directory(root.get(), "");
    }

    FileFacts take_facts() { return std::move(facts_); }

private:
    const RenderPart& part() const { return parts_[part_]; }

    Result<> lay_all(int from, int to, const std::string& path) {
        for (const auto& name : TRY(base::list_dir(from))) {
            const auto child = join(path, name);
            struct stat st{};
            if (::fstatat(from, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
                return base::errno_error(fmt::format("looking at {}", quoted(child)), errno);
            if (!S_ISDIR(st.st_mode)) {
                TRY_CONTEXT(lay_file(from, to, name, child, st), "{}", quoted(child));
                continue;
            }
            const auto below = TRY(open_directory(from, name));
            const auto target = TRY_CONTEXT(lay_directory(to, name, child), "{}", quoted(child));
            TRY(lay_all(below.get(), target.get(), child));
        }
        return {};
    }

    Result<> lay_path(const std::string& path) {
        const auto [above, last] = split_path(path);
        const std::string name{last};
        const auto from = open_directory(part().root_fd, std::string{above});
        struct stat st{};
        // Only other images have it.
        if (path.empty() || !from ||
            ::fstatat(from->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
            return {};
        auto to = TRY(open_directory(root_fd_, ""));
        for (std::size_t at = path.find('/'); at != std::string::npos;
             at = path.find('/', at + 1)) {
            const auto prefix = path.substr(0, at);
            to = TRY(lay_directory(to.get(), std::string{split_path(prefix).second}, prefix));
        }
        if (!S_ISDIR(st.st_mode)) return lay_file(from->get(), to.get(), name, path, st);
        (void)TRY(lay_directory(to.get(), name, path));
        return {};
    }

    // A directory over a directory keeps what is in it. One that no member of the archive named
    // says nothing about a directory that is there.
    Result<UniqueFd> lay_directory(int parent, const std::string& name, const std::string& path) {
        struct stat st{};
        const bool there = ::fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
        const bool merges = there && S_ISDIR(st.st_mode);
        if (there && !merges) TRY(base::remove_tree(parent, name));
        if (!merges && ::mkdirat(parent, name.c_str(), kUnfinishedMode) < 0)
            return base::errno_error("making it", errno);
        if (!merges || !listed_.is_unnamed(path)) origins_[path] = part_;
        return open_directory(parent, name);
    }

    Result<> lay_file(int from, int to, const std::string& name, const std::string& path,
                      const struct stat& st) {
        TRY(base::remove_tree(to, name));
        if (::linkat(from, name.c_str(), to, name.c_str(), 0) < 0)
            return base::errno_error("linking it", errno);
        if (listed_.may_have_attributes(path)) facts_.attributed.insert(st.st_ino);
        if (!S_ISREG(st.st_mode) || st.st_size == 0) return {};
        const auto digest = listed_.sha256(path);
        if (!digest) return Error{ErrorCode::kCorrupt, "is not in the list of its tree"};
        facts_.digests.push_back({st.st_ino, *digest});
        return {};
    }

    Result<> finish_directory(int dir, const std::string& path) {
        for (const auto& name : TRY(base::list_dir(dir))) {
            struct stat st{};
            if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
                return base::errno_error("looking at the new tree", errno);
            if (!S_ISDIR(st.st_mode)) continue;
            const auto below = TRY(open_directory(dir, name));
            TRY(finish_directory(below.get(), join(path, name)));
        }
        const auto from = TRY(open_directory(parts_[origins_.at(path)].root_fd, path));
        TRY_CONTEXT(copy_attributes(from.get(), dir), "{}", quoted(path));
        struct stat st{};
        if (::fstat(dir, &st) < 0) return base::errno_error("looking at the new tree", errno);
        facts_.attributed.insert(st.st_ino);
        return {};
    }

    const std::vector<RenderPart>& parts_;
    int root_fd_;
    std::size_t part_ = 0;                                  // the one that is being laid
    ListedTree listed_;                                     // of it
    std::unordered_map<std::string, std::size_t> origins_;  // which part a directory is as in
    FileFacts facts_;
};

}  // namespace

Result<TreeSize> render(const std::vector<RenderPart>& parts, int root_fd, int digests_fd) {
    Renderer renderer{parts, root_fd};
    for (std::size_t i = 0; i < parts.size(); ++i)
        TRY(renderer.lay(i));
    TRY(renderer.finish());
    return write_digest_list(root_fd, digests_fd, renderer.take_facts());
}

}  // namespace podd::archive
