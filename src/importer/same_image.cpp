// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/same_image.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "importer/new_record.h"
#include "schema/appc_to_oci.h"

namespace podd::importer {

using base::Result;

namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

// The position of `fd` stays.
Result<std::string> digest_of(int fd) {
    base::Hash hash{base::HashAlgorithm::kSha256};
    std::vector<char> block(kBlockBytes);
    for (off_t at = 0;;) {
        const ssize_t n = ::pread(fd, block.data(), block.size(), at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return base::errno_error("reading the image", errno);
        if (n == 0) return hash.finish_hex();
        hash.update({block.data(), static_cast<std::size_t>(n)});
        at += n;
    }
}

bool is_plain_aci(const store::ImageRecord& image) {
    return image.kind == store::ImageKind::kAci && image.blobs.size() == 1 &&
           image.manifest.dependencies.empty() && image.manifest.path_whitelist.empty();
}

// A regular file that nothing has been read of.
std::optional<std::uint64_t> whole_file(int source) {
    struct stat st{};
    if (::fstat(source, &st) < 0 || !S_ISREG(st.st_mode) || ::lseek(source, 0, SEEK_CUR) != 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(st.st_size);
}

bool has_size(const store::Writer& store, const std::string& blob, std::uint64_t size) {
    struct stat st{};
    const auto file = store.reader().open_blob(blob);
    return file && ::fstat(file->get(), &st) == 0 && static_cast<std::uint64_t>(st.st_size) == size;
}

// A file that is read only when something has its size.
class Source {
public:
    Source(int fd, std::uint64_t size) : fd_{fd}, size_{size} {}

    Result<bool> is(const store::Writer& store, const std::string& blob) {
        if (!has_size(store, blob, size_)) return false;
        if (digest_.empty()) digest_ = TRY(digest_of(fd_));
        return blob == "sha256/" + digest_;
    }
    const std::string& digest() const { return digest_; }
    std::uint64_t size() const { return size_; }
    archive::Compression compression() const {
        char first[archive::kSniffBytes];
        const ssize_t n = ::pread(fd_, first, sizeof first, 0);
        return archive::sniff({first, static_cast<std::size_t>(std::max<ssize_t>(0, n))});
    }

private:
    int fd_;
    std::uint64_t size_;
    std::string digest_{};
};

bool may_be_root(const store::ImageRecord& image) {
    return image.kind == store::ImageKind::kOci && image.trees.size() == 1 &&
           image.blobs.size() == 3;
}

// Its id follows from what podd makes of a root file system.
bool was_root(const store::ImageRecord& image, const SameRoot& same) {
    const auto config = schema::oci_config_of(image.manifest, same.tree_sha256);
    const auto manifest = schema::oci_manifest_of(
        {sha256(config), config.size()},
        {{same.sha256, same.size, std::string{archive::compression_name(same.compression)}}},
        &image.manifest);
    return image.id == "sha256:" + sha256(manifest);
}

}  // namespace

Result<std::optional<store::ImageRecord>> find_same_aci(const store::Writer& store, int source) {
    const auto size = whole_file(source);
    if (!size) return std::optional<store::ImageRecord>{};
    Source file{source, *size};
    std::vector<store::Unreadable> unreadable;
    for (auto& image : TRY(store.reader().list(&unreadable))) {
        if (!is_plain_aci(image) || !TRY(file.is(store, image.blobs.front()))) continue;
        if (!std::ranges::all_of(image.trees,
                                 [&](const auto& tree) { return store.has_tree(tree); }))
            continue;
        return std::optional{std::move(image)};
    }
    return std::optional<store::ImageRecord>{};
}

Result<std::optional<SameRoot>> find_same_root(const store::Writer& store, int source) {
    const auto size = whole_file(source);
    if (!size) return std::optional<SameRoot>{};
    Source file{source, *size};
    std::vector<store::Unreadable> unreadable;
    for (const auto& image : TRY(store.reader().list(&unreadable))) {
        if (!may_be_root(image) || !TRY(file.is(store, image.blobs.back()))) continue;
        const auto& tree = image.trees.front();
        SameRoot same{file.digest(), file.size(), file.compression(),
                      tree.substr(tree.find(':') + 1), image.size_bytes};
        if (store.has_tree(tree) && was_root(image, same)) return std::optional{std::move(same)};
    }
    return std::optional<SameRoot>{};
}

}  // namespace podd::importer
