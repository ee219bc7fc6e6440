// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/tree_hash.h"

#include <cerrno>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file_data.h"
#include "archive/member_path.h"
#include "archive/xattrs.h"
#include "base/file.h"
#include "base/hash.h"

namespace podd::archive {

using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;
constexpr std::uint64_t kProgressBytes = std::uint64_t{16} << 20;

class TreeHash {
public:
    explicit TreeHash(const std::function<Result<>(std::uint64_t)>& progress)
        : progress_{progress}, block_(kBlockBytes) {}

    Result<> directory(int fd, const std::string& path) {
        for (const auto& name : TRY(base::list_dir(fd))) {
            const auto child = fmt::format("{}/{}", path, name);
            struct stat st{};
            if (::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
                return base::errno_error(fmt::format("looking at {}", quoted(child)), errno);
            if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) continue;
            const int type = S_ISDIR(st.st_mode) ? O_DIRECTORY : O_NOCTTY;
            const UniqueFd below{
                ::openat(fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | type)};
            if (!below) return base::errno_error(fmt::format("opening {}", quoted(child)), errno);
            TRY_CONTEXT(attributes(below.get(), st.st_ino), "{}", quoted(child));
            if (S_ISDIR(st.st_mode))
                TRY(directory(below.get(), child));
            else if (st.st_size > 0 && (st.st_nlink == 1 || seen_.insert(st.st_ino).second))
                TRY_CONTEXT(file(below.get(), st.st_ino), "reading {}", quoted(child));
        }
        return {};
    }

    Result<> attributes(int fd, ino_t inode) {
        if (!TRY(read_xattrs(fd, is_of_tree)).empty()) facts_.attributed.insert(inode);
        return {};
    }

    Result<> finish() { return progress_(bytes_); }
    FileFacts facts() { return std::move(facts_); }

private:
    Result<> file(int fd, ino_t inode) {
        base::Hash hash{base::HashAlgorithm::kSha256};
        for (;;) {
            const ssize_t n = ::read(fd, block_.data(), block_.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return base::errno_error("its content", errno);
            if (n == 0) break;
            hash.update({block_.data(), static_cast<std::size_t>(n)});
            bytes_ += static_cast<std::uint64_t>(n);
            if (bytes_ < kProgressBytes) continue;
            TRY(progress_(bytes_));
            bytes_ = 0;
        }
        facts_.digests.push_back({inode, finish_sha256(hash)});
        return {};
    }

    const std::function<Result<>(std::uint64_t)>& progress_;
    std::vector<char> block_;
    std::uint64_t bytes_ = 0;  // not told yet
    std::unordered_set<ino_t> seen_;
    FileFacts facts_;
};

}  // namespace

Result<FileFacts> hash_tree(int root_fd, const std::function<Result<>(std::uint64_t)>& progress) {
    const UniqueFd root{::openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!root) return base::errno_error("opening the tree", errno);
    struct stat st{};
    if (::fstat(root.get(), &st) < 0) return base::errno_error("looking at the tree", errno);
    TreeHash hash{progress};
    TRY(hash.attributes(root.get(), st.st_ino));
    TRY(hash.directory(root.get(), "."));
    TRY(hash.finish());
    return hash.facts();
}

}  // namespace podd::archive
