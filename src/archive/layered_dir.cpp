// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/layered_dir.h"

#include <cerrno>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "archive/attributes.h"
#include "archive/member_path.h"
#include "base/file.h"

namespace podd::archive {

using base::Result;
using base::UniqueFd;

namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<UniqueFd> reopen(int dir_fd) {
    UniqueFd fd{::openat(dir_fd, ".", kDirectory)};
    if (!fd) return base::errno_error("opening a directory", errno);
    return fd;
}

bool is_opaque(int dir_fd) {
    char value = 0;
    return ::fgetxattr(dir_fd, kOpaque, &value, 1) == 1 && value == 'y';
}

Result<bool> is_whiteout(int dir_fd, const std::string& name) {
    struct stat st{};
    if (::fstatat(dir_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
        return base::errno_error(fmt::format("looking at {}", quoted(name)), errno);
    return S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

}  // namespace

Result<LayeredDir> LayeredDir::plain(int dir_fd) {
    LayeredDir dir{false};
    dir.dirs_.push_back(TRY(reopen(dir_fd)));
    return dir;
}

Result<LayeredDir> LayeredDir::of_layers(const std::vector<int>& root_fds) {
    LayeredDir dir{true};
    for (auto root = root_fds.rbegin(); root != root_fds.rend(); ++root)
        if (!TRY(dir.add(TRY(reopen(*root))))) break;
    return dir;
}

// False when it hides whatever lies below it.
Result<bool> LayeredDir::add(UniqueFd dir) {
    const bool goes_on = !is_opaque(dir.get());
    dirs_.push_back(std::move(dir));
    return goes_on;
}

Result<std::vector<LayeredDir::Child>> LayeredDir::children() const {
    std::map<std::string, int> seen;  // -1: hidden
    for (const auto& dir : dirs_)
        for (auto& name : TRY(base::list_dir(dir.get()))) {
            if (seen.contains(name)) continue;
            const bool hidden = layered_ && TRY(is_whiteout(dir.get(), name));
            seen.emplace(std::move(name), hidden ? -1 : dir.get());
        }
    std::vector<Child> children;
    children.reserve(seen.size());
    for (const auto& [name, dir_fd] : seen)
        if (dir_fd >= 0) children.push_back({name, dir_fd});
    return children;
}

// What is no directory hides the directories below it.
Result<LayeredDir> LayeredDir::below(const std::string& name) const {
    LayeredDir dir{layered_};
    for (const auto& layer : dirs_) {
        UniqueFd fd{::openat(layer.get(), name.c_str(), kDirectory)};
        if (!fd && errno == ENOENT) continue;
        if (!fd && (errno == ENOTDIR || errno == ELOOP) && !dir.dirs_.empty()) break;
        if (!fd) return base::errno_error("opening it", errno);
        if (!TRY(dir.add(std::move(fd))) || !layered_) break;
    }
    if (dir.dirs_.empty()) return base::errno_error("opening it", ENOENT);
    return dir;
}

}  // namespace podd::archive
