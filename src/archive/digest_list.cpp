// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/digest_list.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/member_path.h"
#include "archive/xattrs.h"
#include "base/file.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

constexpr std::size_t kFlushBytes = std::size_t{64} * 1024;
constexpr std::size_t kTotalMaxBytes = 110;
constexpr std::string_view kTotal = "\n#total files=";
constexpr std::string_view kTotalBytes = " bytes=";
constexpr std::string_view kTotalUnnamed = " unnamed=";
constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string_view type_name(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG: return "file";
        case S_IFDIR: return "dir";
        case S_IFLNK: return "link";
        case S_IFCHR: return "char";
        case S_IFIFO: return "fifo";
        default: return "other";
    }
}

class Lister {
public:
    Lister(int out_fd, FileFacts facts)
        : out_fd_{out_fd},
          digests_{std::move(facts.digests)},
          attributed_{std::move(facts.attributed)} {
        // A replaced file may have left its inode number to a later one: the last entry counts.
        std::stable_sort(digests_.begin(), digests_.end(),
                         [](const auto& a, const auto& b) { return a.inode < b.inode; });
    }

    Result<> directory(int fd, const std::string& path) {
        struct stat st{};
        if (::fstat(fd, &st) < 0) return base::errno_error("looking at a directory", errno);
        TRY(line(path, st, fd, "."));
        for (const auto& name : TRY(base::list_dir(fd))) {
            const auto child = fmt::format("{}/{}", path, name);
            if (::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
                return base::errno_error(fmt::format("looking at {}", quoted(child)), errno);
            if (!S_ISDIR(st.st_mode)) {
                TRY(line(child, st, fd, name));
                continue;
            }
            const UniqueFd below{
                ::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
            if (!below) return base::errno_error(fmt::format("opening {}", quoted(child)), errno);
            TRY(directory(below.get(), child));
        }
        return {};
    }

    Result<> finish(const std::unordered_set<std::string>& unnamed) {
        // The same tree always has the same list.
        for (const auto& path : std::set<std::string_view>{unnamed.begin(), unnamed.end()}) {
            text_ += kUnnamedMark;
            append_escaped(text_, path);
            text_ += '\n';
        }
        size_.unnamed = unnamed.size();
        text_.pop_back();  // the line break that kTotal begins with
        fmt::format_to(std::back_inserter(text_), "{}{}{}{}", kTotal, size_.files, kTotalBytes,
                       size_.bytes);
        if (size_.unnamed > 0)
            fmt::format_to(std::back_inserter(text_), "{}{}", kTotalUnnamed, size_.unnamed);
        text_ += '\n';
        return flush();
    }

    const TreeSize& size() const { return size_; }

private:
    Result<> flush() {
        TRY(base::write_all(out_fd_, text_));
        text_.clear();
        return {};
    }

    Result<> line(const std::string& path, const struct stat& st, int parent,
                  const std::string& name) {
        append_escaped(text_, path);
        fmt::format_to(std::back_inserter(text_), " type={} mode=0{:o} uid={} gid={}",
                       type_name(st.st_mode), st.st_mode & 07777, st.st_uid, st.st_gid);
        if (S_ISREG(st.st_mode)) TRY(file_keys(path, st));
        if (S_ISLNK(st.st_mode)) {
            char target[PATH_MAX];
            const ssize_t length = ::readlinkat(parent, name.c_str(), target, sizeof target);
            if (length < 0)
                return base::errno_error(fmt::format("reading {}", quoted(path)), errno);
            text_ += " link=";
            append_escaped(text_, {target, static_cast<std::size_t>(length)});
        }
        if (attributed_.contains(st.st_ino)) TRY(xattr_key(path, st, parent, name));
        ++size_.files;
        if (text_.size() >= kFlushBytes) TRY(flush());
        text_ += '\n';
        return {};
    }

    Result<> file_keys(const std::string& path, const struct stat& st) {
        size_.bytes += static_cast<std::uint64_t>(st.st_size);
        fmt::format_to(std::back_inserter(text_), " size={} sha256digest=", st.st_size);
        if (st.st_size == 0) {
            text_ += kEmptySha256;
            return {};
        }
        const auto last = std::lower_bound(
            digests_.rbegin(), digests_.rend(), st.st_ino,
            [](const FileDigest& digest, ino_t inode) { return digest.inode > inode; });
        if (last == digests_.rend() || last->inode != st.st_ino)
            return Error{ErrorCode::kInternal, fmt::format("{} has no digest", quoted(path))};
        for (const unsigned char byte : last->sha256)
            fmt::format_to(std::back_inserter(text_), "{:02x}", byte);
        return {};
    }

    // Only directories and regular files have any that are kept.
    Result<> xattr_key(const std::string& path, const struct stat& st, int parent,
                       const std::string& name) {
        if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) return {};
        const UniqueFd fd{
            ::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC)};
        if (!fd) return base::errno_error(fmt::format("opening {}", quoted(path)), errno);
        const auto digest = TRY_CONTEXT(xattr_digest(fd.get()), "{}", quoted(path));
        if (!digest.empty()) text_.append(kXattrKey).append(digest);
        return {};
    }

    int out_fd_;
    std::vector<FileDigest> digests_;
    std::unordered_set<std::uint64_t> attributed_;
    std::string text_{kListHead};
    TreeSize size_;
};

}  // namespace

// mtree(5): only these bytes may stand as they are.
void append_escaped(std::string& text, std::string_view name) {
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '\\' && c != '#')
            text += c;
        else
            fmt::format_to(std::back_inserter(text), "\\{:03o}", byte);
    }
}

Result<TreeSize> write_digest_list(int root_fd, int out_fd, FileFacts facts,
                                   const std::unordered_set<std::string>& unnamed) {
    Lister lister{out_fd, std::move(facts)};
    const UniqueFd root{::openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!root) return base::errno_error("opening the tree", errno);
    TRY(lister.directory(root.get(), "."));
    TRY(lister.finish(unnamed));
    return lister.size();
}

std::optional<TreeSize> listed_size(int list_fd) {
    struct stat st{};
    char block[kTotalMaxBytes];
    if (::fstat(list_fd, &st) < 0) return std::nullopt;
    const auto from = std::max<off_t>(0, st.st_size - static_cast<off_t>(sizeof block));
    const ssize_t length = ::pread(list_fd, block, sizeof block, from);
    std::string_view text{block, static_cast<std::size_t>(std::max<ssize_t>(0, length))};
    const auto number = [&](std::string_view before) -> std::optional<std::uint64_t> {
        const auto at = text.rfind(before);
        if (at == std::string_view::npos) return std::nullopt;
        text.remove_prefix(at + before.size());
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return value;
    };
    const auto files = number(kTotal);
    const auto bytes = number(kTotalBytes);
    const auto unnamed = number(kTotalUnnamed);
    if (!files || !bytes || text != "\n") return std::nullopt;
    return TreeSize{*files, *bytes, unnamed.value_or(0)};
}

}  // namespace podd::archive
