// SPDX-License-Identifier: LGPL-2.1-or-later
// The image of an app: in the store, of this architecture, and its files.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pod/layered_root.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"

namespace podd::pod {

/// Errors: those of store::Reader; kNotFound says how the image comes into the store.
base::Result<store::ImageRecord> find_image(const store::Reader& store,
                                            const schema::RuntimeApp& app);

/// How an image that is not in the store gets there, for messages: "run 'podctl import FILE'". What
/// the manifest names as its source comes first, then what its name says.
std::string image_remedy(const schema::RuntimeApp& app);

/// Errors: kUnsupported: it is for another kind of machine than this one.
base::Result<> check_platform(const store::ImageRecord& image);

/// Its trees, O_PATH, highest first. Errors: kCorrupt when there are none; those of store::Reader.
base::Result<std::vector<base::UniqueFd>> open_layers(const store::Reader& store,
                                                      const store::ImageRecord& image);

}  // namespace podd::pod
