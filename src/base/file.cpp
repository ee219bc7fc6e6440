// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace podd::base {

namespace {

struct CloseDir {
    void operator()(DIR* dir) const { (void)::closedir(dir); }
};
using UniqueDir = std::unique_ptr<DIR, CloseDir>;

std::uint64_t resolve_flags(Resolve resolve) {
    switch (resolve) {
        case Resolve::kBeneath: return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
        case Resolve::kInRoot: return RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
        case Resolve::kNoSymlinks: return RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    }
    return RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
}

Result<UniqueDir> open_stream(int dir_fd) {
    // A description of its own: the stream's position must not be shared with the caller's.
    const int own = ::openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0) return errno_error("opening a directory", errno);
    UniqueDir dir{::fdopendir(own)};
    if (!dir) {
        const int saved = errno;
        (void)::close(own);
        return errno_error("reading a directory", saved);
    }
    return dir;
}

Result<std::string> random_suffix() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits))
        return errno_error("getting random bytes", errno);
    return fmt::format("{:016x}", bits);
}

// Names in a directory, at most so many, in no order.
Result<std::vector<std::string>> list_some(int dir_fd, std::size_t most) {
    const auto dir = TRY(open_stream(dir_fd));
    std::vector<std::string> names;
    while (names.size() < most) {
        errno = 0;
        const dirent* entry = ::readdir(dir.get());  // NOLINT(concurrency-mt-unsafe): own stream
        if (entry == nullptr) {
            if (errno != 0) return errno_error("reading a directory", errno);
            break;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

// True when it is gone, false when it is a directory.
Result<bool> remove_file(int dir_fd, const std::string& name) {
    if (::unlinkat(dir_fd, name.c_str(), 0) == 0 || errno == ENOENT) return true;
    if (errno == EISDIR || errno == EPERM) return false;
    return errno_error(fmt::format("removing \"{}\"", name), errno);
}

Result<> remove_empty(int dir_fd, const std::string& name) {
    if (::unlinkat(dir_fd, name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT)
        return errno_error(fmt::format("removing \"{}\"", name), errno);
    return {};
}

// Trees of hostile images and apps come through here. They may be deeper than a process may have
// descriptors or stack, so far down only the directory at work is open and the way back leads over
// ".."; and a directory may have more names than there is memory.
class TreeRemover {
public:
    explicit TreeRemover(int top) : top_{top} {}

    Result<> remove(const std::string& name) {
        TRY(enter(top_, name));
        while (!levels_.empty()) {
            auto& level = levels_.back();
            if (level.left.empty() && level.more) TRY(refill(level));
            if (level.left.empty()) {
                TRY(leave());
                continue;
            }
            const auto child = std::move(level.left.back());
            level.left.pop_back();
            if (!TRY(remove_file(level.dir.get(), child))) TRY(enter(level.dir.get(), child));
        }
        return {};
    }

private:
    static constexpr std::size_t kHeldOpen = 64;
    static constexpr std::size_t kNamesAtOnce = 512;

    // A directory on the way down, and what it still holds.
    struct Level {
        std::string name;
        UniqueFd dir;
        struct stat st;
        std::vector<std::string> left{};
        bool more = true;  // than what `left` has
    };

    static Result<> refill(Level& level) {
        level.left = TRY(list_some(level.dir.get(), kNamesAtOnce));
        level.more = level.left.size() == kNamesAtOnce;
        return {};
    }

    Result<> enter(int dir_fd, const std::string& name) {
        open_how how{};
        how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
        UniqueFd dir{
            static_cast<int>(::syscall(SYS_openat2, dir_fd, name.c_str(), &how, sizeof how))};
        struct stat st{};
        if (!dir || ::fstat(dir.get(), &st) < 0)
            return errno_error(fmt::format("removing \"{}\"", name), errno);
        if (levels_.size() > kHeldOpen) levels_.back().dir.reset();
        levels_.push_back({name, std::move(dir), st});
        return {};
    }

    Result<> leave() {
        const auto done = std::move(levels_.back());
        levels_.pop_back();
        if (levels_.empty()) return remove_empty(top_, done.name);
        auto& above = levels_.back();
        if (!above.dir) above.dir = TRY(go_up(done, above));
        return remove_empty(above.dir.get(), done.name);
    }

    static Result<UniqueFd> go_up(const Level& from, const Level& to) {
        UniqueFd dir{::openat(from.dir.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        struct stat st{};
        if (!dir || ::fstat(dir.get(), &st) < 0)
            return errno_error(fmt::format("removing \"{}\"", from.name), errno);
        if (st.st_dev != to.st.st_dev || st.st_ino != to.st.st_ino)
            return Error{ErrorCode::kConflict,
                         fmt::format("removing \"{}\": it was moved meanwhile", from.name)};
        return dir;
    }

    int top_;
    std::vector<Level> levels_;
};

}  // namespace

Result<UniqueFd> open_at(int dir_fd, const std::string& path, int flags, mode_t mode,
                         Resolve resolve) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
    how.mode = mode;
    how.resolve = resolve_flags(resolve);
    for (;;) {
        UniqueFd fd{
            static_cast<int>(::syscall(SYS_openat2, dir_fd, path.c_str(), &how, sizeof how))};
        if (fd) return fd;
        // EAGAIN: a rename raced with a ".." on the way; the kernel asks to try again. openat2(2).
        if (errno != EINTR && errno != EAGAIN)
            return errno_error(fmt::format("opening \"{}\"", path), errno);
    }
}

Result<UniqueFd> open_path(const std::string& path, int flags, mode_t mode) {
    UniqueFd fd{::open(path.c_str(), flags | O_CLOEXEC, mode)};
    if (!fd) return errno_error(fmt::format("opening \"{}\"", path), errno);
    return fd;
}

Result<UniqueFd> open_or_make_dir(int dir_fd, const std::string& name, mode_t mode) {
    if (::mkdirat(dir_fd, name.c_str(), mode) < 0 && errno != EEXIST)
        return errno_error(fmt::format("making directory \"{}\"", name), errno);
    UniqueFd fd{::openat(dir_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd) return errno_error(fmt::format("opening directory \"{}\"", name), errno);
    return fd;
}

Result<std::string> read_all(int fd, std::size_t limit) {
    std::string text;
    char block[16384];
    for (;;) {
        const ssize_t n = ::read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading", errno);
        if (n == 0) return text;
        if (text.size() + static_cast<std::size_t>(n) > limit)
            return Error{ErrorCode::kInvalidArgument, fmt::format("more than {} bytes", limit)};
        text.append(block, static_cast<std::size_t>(n));
    }
}

namespace {

Result<std::string> read_regular(const UniqueFd& fd, const std::string& path, std::size_t limit) {
    struct stat st{};
    if (::fstat(fd.get(), &st) < 0)
        return errno_error(fmt::format("looking at \"{}\"", path), errno);
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" is not a regular file", path)};
    return TRY_CONTEXT(read_all(fd.get(), limit), "\"{}\"", path);
}

// O_NONBLOCK: opening a FIFO without a writer must not hang.
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

}  // namespace

Result<std::string> read_file(int dir_fd, const std::string& path, std::size_t limit,
                              Resolve resolve) {
    const auto fd = TRY(open_at(dir_fd, path, kReadFlags, 0, resolve));
    return read_regular(fd, path, limit);
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const auto fd = TRY(open_path(path, kReadFlags));
    return read_regular(fd, path, limit);
}

Result<> write_all(int fd, std::string_view data) {
    while (!data.empty()) {
        const ssize_t n = ::write(fd, data.data(), data.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("writing", errno);
        data.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<std::string> temporary_name(const std::string& name) {
    const auto slash = name.rfind('/');
    const auto base_at = slash == std::string::npos ? 0 : slash + 1;
    return fmt::format("{}.#{}.{}", name.substr(0, base_at), name.substr(base_at),
                       TRY(random_suffix()));
}

bool is_temporary_name(std::string_view name) {
    return name.starts_with(".#");
}

Result<> write_file(int dir_fd, const std::string& name, std::string_view data, mode_t mode,
                    Durable durable) {
    const auto temporary = TRY(temporary_name(name));
    const auto discard = [&](Error error) {
        (void)::unlinkat(dir_fd, temporary.c_str(), 0);
        return std::move(error).with_context(fmt::format("writing \"{}\"", name));
    };
    auto fd = TRY(open_at(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode,
                          Resolve::kNoSymlinks));
    if (auto done = write_all(fd.get(), data); !done) return discard(std::move(done).error());
    // The umask of whoever started us does not decide who may read our files.
    if (::fchmod(fd.get(), mode) < 0) return discard(errno_error("setting its mode", errno));
    if (durable == Durable::kYes && ::fsync(fd.get()) < 0)
        return discard(errno_error("flushing it", errno));
    if (::renameat(dir_fd, temporary.c_str(), dir_fd, name.c_str()) < 0)
        return discard(errno_error("renaming it into place", errno));
    if (durable == Durable::kYes && ::fsync(dir_fd) < 0)
        return errno_error(fmt::format("flushing the directory of \"{}\"", name), errno);
    return {};
}

Result<> remove_tree(int dir_fd, const std::string& name) {
    if (TRY(remove_file(dir_fd, name))) return {};
    return TreeRemover{dir_fd}.remove(name);
}

Result<std::vector<std::string>> list_dir(int dir_fd) {
    auto names = TRY(list_some(dir_fd, SIZE_MAX));
    std::sort(names.begin(), names.end());
    return names;
}

std::string fd_path(int fd) {
    return fmt::format("/proc/self/fd/{}", fd);
}

}  // namespace podd::base
