// SPDX-License-Identifier: LGPL-2.1-or-later
// One blob of an image on its way into an OCI layout. What a cut fetch left is gone on with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "schema/digest.h"

namespace podd::fetch {

base::HashAlgorithm hash_algorithm(const schema::Digest& digest);

/// kInvalidArgument unless `bytes` have this digest.
base::Result<> check_digest(std::string_view bytes, const schema::Digest& digest);

/// "blobs/<algorithm>" beneath `layout_fd`, made when it is missing.
base::Result<base::UniqueFd> open_blob_directory(int layout_fd, const schema::Digest& digest);

class BlobFile {
public:
    /// "blobs/<algorithm>/<hex>" beneath `layout_fd`, or "<hex>.partial" while it is not whole.
    /// Reads what is there already. Errors: kIo.
    static base::Result<BlobFile> open(int layout_fd, const schema::Digest& digest,
                                       std::uint64_t size);

    bool is_complete() const { return is_complete_; }
    std::uint64_t have() const { return have_; }
    std::uint64_t size() const { return size_; }

    /// Errors: kIo; kInvalidArgument when it becomes longer than its size.
    base::Result<> append(std::string_view bytes);
    /// From the first byte again.
    base::Result<> restart();
    /// Gives it its name when all is there and has the digest, and is empty again when it has not:
    /// then false.
    base::Result<bool> finish();

private:
    BlobFile(schema::Digest digest, std::uint64_t size);
    base::Result<bool> take_existing();
    base::Result<> read_partial();
    base::Result<> hash_file(int fd);

    schema::Digest digest_;
    std::uint64_t size_;
    base::UniqueFd directory_{};
    base::UniqueFd file_{};
    base::Hash hash_;
    std::uint64_t have_ = 0;
    bool is_complete_ = false;
};

}  // namespace podd::fetch
