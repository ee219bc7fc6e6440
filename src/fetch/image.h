// SPDX-License-Identifier: LGPL-2.1-or-later
// An image of a registry becomes an OCI layout in a folder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fetch/blobs.h"
#include "fetch/credentials.h"
#include "fetch/registries.h"
#include "schema/digest.h"
#include "schema/docker_reference.h"
#include "schema/oci.h"

namespace podd::fetch {

/// Whether a name without a digest is refused.
enum class NeedDigest : unsigned char { kNo, kYes };

struct ImageRequest {
    schema::DockerReference reference;
    int layout_fd = -1;   // an existing folder; what a cut fetch left there is gone on with
    std::string machine;  // of this host, as `uname -m` says it
    NeedDigest need_digest = NeedDigest::kNo;
    int signatures_fd = -1;                 // what is found of its signatures is written there
    std::optional<schema::Digest> known{};  // the manifest that the reference led to before
    StoredBlobs stored{};                   // layers that need not be fetched
    /// Asked with those that are missing before the first is fetched; the answer is what need not
    /// be fetched any more.
    std::function<base::Result<StoredBlobs>(const std::vector<schema::OciDescriptor>&)> missing{};
};

/// Mirrors are asked in their order, the registry last. oci-layout and index.json are written when
/// all the rest is there. Returns the digest that the reference names: of the index where there is
/// one, else of the manifest; nothing when it still leads to the known one, of which nothing is
/// fetched then. Errors: kNotFound, kDenied, kUnavailable, kUntrusted (TLS; no digest
/// and NeedDigest::kYes; no signature where they are wanted), kInvalidArgument, kUnsupported (no
/// image for this host; schema 1; foreign layers), kIo.
base::Result<std::optional<schema::Digest>> fetch_image(const ImageRequest& request,
                                                        const Registries& registries,
                                                        const Credentials& credentials,
                                                        const LayersProgress& progress);

}  // namespace podd::fetch
