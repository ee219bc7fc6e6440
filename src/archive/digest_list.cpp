// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/digest_list.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/member_path.h"
#include "base/file.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

constexpr std::size_t kFlushBytes = std::size_t{64} * 1024;
constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// mtree(5): everything but visible ASCII is written as \ooo.
void append_escaped(std::string& text, std::string_view name) {
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '\\' && c != '#')
            text += c;
        else
            fmt::format_to(std::back_inserter(text), "\\{:03o}", byte);
    }
}

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
    Lister(int out_fd, std::vector<FileDigest> digests)
        : out_fd_{out_fd}, digests_{std::move(digests)} {
        // A replaced file may have left its inode number to a later one: the last entry counts.
        std::stable_sort(digests_.begin(), digests_.end(),
                         [](const auto& a, const auto& b) { return a.inode < b.inode; });
    }

    Result<> directory(int fd, const std::string& path) {
        struct stat st{};
        if (::fstat(fd, &st) < 0) return base::errno_error("looking at a directory", errno);
        TRY(line(path, st, -1, ""));
        for (const auto& name : TRY(base::list_dir(fd))) {
            const auto child = path + "/" + name;
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

    Result<> flush() {
        TRY(base::write_all(out_fd_, text_));
        text_.clear();
        return {};
    }

    const TreeSize& size() const { return size_; }

private:
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
        text_ += '\n';
        ++size_.files;
        return text_.size() < kFlushBytes ? Result<>{} : flush();
    }

    Result<> file_keys(const std::string& path, const struct stat& st) {
        size_.bytes += static_cast<std::uint64_t>(st.st_size);
        fmt::format_to(std::back_inserter(text_), " size={} sha256digest=", st.st_size);
        if (st.st_size == 0) {
            text_ += kEmptySha256;
            return {};
        }
        auto after = std::upper_bound(
            digests_.begin(), digests_.end(), st.st_ino,
            [](ino_t inode, const FileDigest& digest) { return inode < digest.inode; });
        if (after == digests_.begin() || (--after)->inode != st.st_ino)
            return Error{ErrorCode::kInternal, fmt::format("{} has no digest", quoted(path))};
        for (const unsigned char byte : after->sha256)
            fmt::format_to(std::back_inserter(text_), "{:02x}", byte);
        return {};
    }

    int out_fd_;
    std::vector<FileDigest> digests_;
    std::string text_ = "#mtree\n";
    TreeSize size_;
};

}  // namespace

Result<TreeSize> write_digest_list(int root_fd, int out_fd, std::vector<FileDigest> digests) {
    Lister lister{out_fd, std::move(digests)};
    const UniqueFd root{::openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!root) return base::errno_error("opening the tree", errno);
    TRY(lister.directory(root.get(), "."));
    TRY(lister.flush());
    return lister.size();
}

}  // namespace podd::archive
