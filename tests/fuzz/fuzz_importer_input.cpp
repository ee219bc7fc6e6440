// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as what the importer is told (--options=) and as what its worker of manifests answers.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "importer/describe.h"
#include "importer/options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto options = importer::ImportOptions::parse(text);
    // Options with a name were checked to make a manifest: nobody meets an error later. Without one
    // there is none.
    if (options && options->name.has_value() != importer::manifest_of(*options).has_value())
        std::abort();
    const auto json = base::Json::parse(text);
    if (!json) return 0;
    const auto image = importer::image_description(*json);
    if (!image) return 0;
    for (const auto& layer : image->layers)
        if (layer.diff_id.algorithm() != "sha256") std::abort();
    return 0;
}
