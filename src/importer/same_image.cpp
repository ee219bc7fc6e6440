// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/same_aci.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

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

}  // namespace

Result<std::optional<store::ImageRecord>> find_same_aci(const store::Writer& store, int source) {
    struct stat st{};
    if (::fstat(source, &st) < 0 || !S_ISREG(st.st_mode) || ::lseek(source, 0, SEEK_CUR) != 0)
        return std::optional<store::ImageRecord>{};
    std::string digest;
    std::vector<store::Unreadable> unreadable;
    for (auto& image : TRY(store.reader().list(&unreadable))) {
        if (!is_plain_aci(image)) continue;
        struct stat known{};
        const auto blob = store.reader().open_blob(image.blobs.front());
        if (!blob || ::fstat(blob->get(), &known) < 0 || known.st_size != st.st_size) continue;
        if (digest.empty()) digest = TRY(digest_of(source));
        if (image.blobs.front() != "sha256/" + digest) continue;
        if (!std::ranges::all_of(image.trees,
                                 [&](const auto& tree) { return store.has_tree(tree); }))
            continue;
        return std::optional{std::move(image)};
    }
    return std::optional<store::ImageRecord>{};
}

}  // namespace podd::importer
