// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/image_remove.h"

#include "importer/in_use.h"
#include "importer/life_cycle.h"
#include "store/writer.h"

namespace podd::importer {

using base::Result;

Result<> remove_image(const std::string& id, const std::string& store_dir,
                      const std::string& run_dir, const Report& report) {
    const auto reader = TRY(store::Reader::open(store_dir));
    const auto record = TRY(reader.by_id(id));
    auto store = TRY(store::Writer::open(store_dir));
    TRY(store.remove(record.id, unless_in_use(run_dir)));
    tell_removed(record);
    report.image(record.id, record.manifest.name.str(), {});
    return {};
}

}  // namespace podd::importer
