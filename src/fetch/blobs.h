// SPDX-License-Identifier: LGPL-2.1-or-later
// Layers of an image, several side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/layer_progress.h"
#include "base/result.h"
#include "fetch/http.h"
#include "fetch/session.h"
#include "schema/oci.h"

namespace podd::fetch {

/// `bytes` of `total` are there.
using Progress = std::function<void(std::uint64_t bytes, std::uint64_t total)>;
/// How far each layer is, one that stands in the image twice once.
using LayersProgress = std::function<void(const std::vector<base::LayerProgress>& layers)>;

/// Digests, "sha256:…", of what need not be fetched.
using StoredBlobs = std::set<std::string, std::less<>>;
/// One on each line. Errors: kInvalidArgument.
base::Result<StoredBlobs> parse_stored_blobs(std::string_view text);

/// Fetches what is not there yet into the layout `layout_fd`; a digest that stands twice once, and
/// none that is `stored` elsewhere. Each is asked for at the first of `sessions`, and where that
/// does not give it at the next ones. Errors: those of the last session, the layer's number first;
/// kIo.
base::Result<> fetch_blobs(Http& http, const std::vector<std::unique_ptr<Session>>& sessions,
                           const std::vector<schema::OciDescriptor>& layers,
                           const StoredBlobs& stored, int layout_fd,
                           const LayersProgress& progress);

/// What a server says that it sends with 206: "bytes 5-9/10" begins at 5. False when it is another
/// place or no such text.
bool is_range_from(std::string_view content_range, std::uint64_t from, std::uint64_t size);

}  // namespace podd::fetch
