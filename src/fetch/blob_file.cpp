// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/blob_file.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::HashAlgorithm;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kBlock = std::size_t{256} * 1024;

std::string partial_name(const schema::Digest& digest) {
    return fmt::format("{}.partial", digest.hex());
}

}  // namespace

HashAlgorithm hash_algorithm(const schema::Digest& digest) {
    for (const auto algorithm : {HashAlgorithm::kSha384, HashAlgorithm::kSha512})
        if (digest.algorithm() == base::hash_name(algorithm)) return algorithm;
    return HashAlgorithm::kSha256;
}

Result<> check_digest(std::string_view bytes, const schema::Digest& digest) {
    const auto found = base::hash_hex(hash_algorithm(digest), bytes);
    if (found == digest.hex()) return {};
    return schema::found_wanted(fmt::format("digest {}:{}", digest.algorithm(), found),
                                digest.str());
}

Result<UniqueFd> open_blob_directory(int layout_fd, const schema::Digest& digest) {
    const auto blobs = TRY(base::open_or_make_dir(layout_fd, "blobs", 0755));
    return base::open_or_make_dir(blobs.get(), std::string{digest.algorithm()}, 0755);
}

BlobFile::BlobFile(schema::Digest digest, std::uint64_t size)
    : digest_{std::move(digest)}, size_{size}, hash_{hash_algorithm(digest_)} {}

Result<BlobFile> BlobFile::open(int layout_fd, const schema::Digest& digest, std::uint64_t size) {
    BlobFile blob{digest, size};
    blob.directory_ = TRY(open_blob_directory(layout_fd, digest));
    blob.is_complete_ = TRY(blob.take_existing());
    if (!blob.is_complete_) TRY(blob.read_partial());
    return blob;
}

Result<> BlobFile::hash_file(int fd) {
    std::string block(kBlock, '\0');
    while (true) {
        const ssize_t n = ::read(fd, block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return base::errno_error(fmt::format("reading blob {}", digest_.str()), errno);
        if (n == 0) return {};
        hash_.update({block.data(), static_cast<std::size_t>(n)});
        have_ += static_cast<std::uint64_t>(n);
    }
}

// Nothing on the disk is believed because of its name.
Result<bool> BlobFile::take_existing() {
    auto file = base::open_at(directory_.get(), std::string{digest_.hex()}, O_RDONLY | O_NONBLOCK,
                              0, base::Resolve::kNoSymlinks);
    if (!file && file.error().code() == ErrorCode::kNotFound) return false;
    if (!file) return std::move(file).error();
    TRY(hash_file(file->get()));
    const bool is_whole = have_ == size_ && hash_.finish_hex() == digest_.hex();
    if (is_whole) return true;
    hash_ = base::Hash{hash_algorithm(digest_)};
    have_ = 0;
    if (::unlinkat(directory_.get(), std::string{digest_.hex()}.c_str(), 0) < 0)
        return base::errno_error(fmt::format("removing blob {}", digest_.str()), errno);
    return false;
}

Result<> BlobFile::read_partial() {
    file_ = TRY(base::open_at(directory_.get(), partial_name(digest_),
                              O_RDWR | O_CREAT | O_NONBLOCK, 0644, base::Resolve::kNoSymlinks));
    struct stat st{};
    if (::fstat(file_.get(), &st) < 0) return base::errno_error("looking at a blob", errno);
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" is no regular file", partial_name(digest_))};
    if (static_cast<std::uint64_t>(st.st_size) > size_) return restart();
    return hash_file(file_.get());
}

Result<> BlobFile::append(std::string_view bytes) {
    if (bytes.size() > size_ - have_)
        return schema::found_wanted(fmt::format("more than {} bytes", size_), "no more");
    TRY_CONTEXT(base::write_all(file_.get(), bytes), "writing blob {}", digest_.str());
    hash_.update(bytes);
    have_ += bytes.size();
    return {};
}

Result<> BlobFile::restart() {
    if (::ftruncate(file_.get(), 0) < 0 || ::lseek(file_.get(), 0, SEEK_SET) < 0)
        return base::errno_error("beginning a blob anew", errno);
    hash_ = base::Hash{hash_algorithm(digest_)};
    have_ = 0;
    return {};
}

Result<bool> BlobFile::finish() {
    if (have_ != size_ || hash_.finish_hex() != digest_.hex()) {
        TRY(restart());
        return false;
    }
    if (::renameat(directory_.get(), partial_name(digest_).c_str(), directory_.get(),
                   std::string{digest_.hex()}.c_str()) < 0)
        return base::errno_error(fmt::format("naming blob {}", digest_.str()), errno);
    file_.reset();
    is_complete_ = true;
    return true;
}

}  // namespace podd::fetch
