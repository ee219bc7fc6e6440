// SPDX-License-Identifier: LGPL-2.1-or-later
// Files of the store as values: images/<id>.json and refs/<name>.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "store/reader.h"

namespace podd::store {

/// A longer ImageRecord::manifest_text is not kept: the record might become too large to be read.
inline constexpr std::size_t kMaxManifestText = std::size_t{1} * 1024 * 1024;

base::Json to_json(const ImageRecord& record);
/// Errors: kCorrupt with the member's name; kUnsupported: written by a newer podd.
base::Result<ImageRecord> image_record(const base::Json& json);

/// What others keep of an image that they depend on.
DependencyRecord dependency_record(const ImageRecord& record);

/// Which blob each of the image's trees was unpacked from: {blob, tree}. Nothing where that cannot
/// be told: an ACI, a layer that stands in the image twice, one that is hidden by an opaque root.
std::vector<std::pair<std::string, std::string>> layers_of(const ImageRecord& record);

/// One image that goes by a name. The labels are those under which it was imported: one OCI image
/// may have several tags.
struct RefEntry {
    std::string id;
    std::vector<schema::Label> labels;
    bool operator==(const RefEntry&) const = default;
};

/// refs/<escaped name>: images of that name, the newest import last.
struct Ref {
    std::string name;
    std::vector<RefEntry> images;
    bool operator==(const Ref&) const = default;
};

base::Json to_json(const Ref& ref);
/// Errors: kCorrupt.
base::Result<Ref> ref_record(const base::Json& json);

/// Whether every label of `wanted` is among `labels` with the same value.
bool labels_match(const std::vector<schema::Label>& labels,
                  const std::vector<schema::Label>& wanted);

}  // namespace podd::store
