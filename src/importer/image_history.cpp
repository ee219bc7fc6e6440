// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "history".
#include <fmt/format.h>

#include "archive/digest_list.h"
#include "base/file.h"
#include "importer/care.h"
#include "importer/image_config.h"
#include "store/reader.h"

namespace podd::importer {

using base::Json;
using base::Result;

namespace {

bool makes_layer(const Json& step) {
    const Json* empty = step.find("empty_layer");
    return empty == nullptr || empty->as_bool() == nullptr || !*empty->as_bool();
}

// Steps with the sizes of the layers that they made, where these are here.
Result<std::string> steps_of(const std::string& store_dir, const store::Reader& store,
                             const store::ImageRecord& image) {
    std::string lines;
    if (image.kind != store::ImageKind::kOci) return lines;
    const auto config = TRY(read_config(store_dir, image));
    auto layer = config.diff_ids.begin();
    for (const Json& entry : *config.history.as_array()) {
        Json step = entry;
        if (makes_layer(step) && layer != config.diff_ids.end()) {
            if (const auto list = store.open_digests((layer++)->str()))
                if (const auto size = archive::listed_size(list->get()))
                    step.add("size", size->bytes);
        }
        lines += step.str() + "\n";
    }
    return lines;
}

}  // namespace

Result<> image_history(const Care& care, Report& report) {
    const auto store = TRY(store::Reader::open(care.store));
    const auto image = TRY(store.by_id(care.images.front()));
    TRY_CONTEXT(base::write_all(care.out, TRY(steps_of(care.store, store, image))),
                "saying what was found");
    report.image(image.id, image.manifest.name.str(), {});
    return {};
}

}  // namespace podd::importer
