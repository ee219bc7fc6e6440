// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/image_remove.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "importer/life_cycle.h"
#include "plan/plan.h"
#include "store/writer.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// A pod uses its images from the moment its plan is written until `gc` removes that.
Result<> check_unused(const std::string& id, int run_dir) {
    for (const auto& pod : TRY(base::list_dir(run_dir))) {
        const auto folder = base::open_at(run_dir, pod, O_RDONLY | O_DIRECTORY);
        if (!folder && (folder.error().code() == ErrorCode::kNotFound ||  // it just ended
                        folder.error().sys_errno() == ENOTDIR))
            continue;
        if (!folder) return folder.error();
        for (const auto& file : TRY(base::list_dir(folder->get()))) {
            const auto name = plan::app_of_file(file);
            if (!name) continue;
            const auto app = plan::read_app_plan(folder->get(), *name);
            if (!app && app.error().code() == ErrorCode::kNotFound) continue;  // it just ended
            if (!app)  // better an image too many than a running pod without its files
                return Error{ErrorCode::kConflict,
                             fmt::format("it is not known which images pod \"{}\" uses: {}", pod,
                                         app.error().message())};
            if (app->image_id == id)
                return Error{ErrorCode::kConflict,
                             fmt::format("image \"{}\" is used by app \"{}\" of pod \"{}\": stop "
                                         "it first",
                                         id, app->name, pod)};
        }
    }
    return {};
}

}  // namespace

Result<> remove_image(const std::string& id, const std::string& store_dir,
                      const std::string& run_dir, const Report& report) {
    const auto reader = TRY(store::Reader::open(store_dir));
    const auto record = TRY(reader.by_id(id));
    const auto pods = base::open_path(run_dir, O_RDONLY | O_DIRECTORY);
    if (pods) TRY(check_unused(record.id, pods->get()));
    if (!pods && pods.error().code() != ErrorCode::kNotFound) return pods.error();
    auto store = TRY(store::Writer::open(store_dir));
    TRY(store.remove(record.id));
    tell_removed(record);
    report.image(record.id, record.manifest.name.str(), {});
    return {};
}

}  // namespace podd::importer
