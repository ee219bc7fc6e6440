// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/in_use.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "plan/plan.h"
#include "pod/manifest_files.h"
#include "store/layout.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// "/var/lib/podd/trees/<id>/rootfs" → "<id>"; anything else is no tree of a store.
std::string tree_of_path(std::string_view path) {
    const auto ending = std::string{"/"} + store::kRootfs;
    if (!path.ends_with(ending)) return {};
    path.remove_suffix(ending.size());
    path.remove_prefix(path.rfind('/') + 1);
    return store::is_id(path) ? std::string{path} : std::string{};
}

Result<> add_uses(int pod_dir, const std::string& pod, std::vector<Use>& uses) {
    for (const auto& file : TRY(base::list_dir(pod_dir))) {
        const auto name = plan::app_of_file(file);
        if (!name) continue;
        const auto app = plan::read_app_plan(pod_dir, *name);
        if (!app && app.error().code() == ErrorCode::kNotFound) continue;  // it just ended
        if (!app)
            return Error{ErrorCode::kConflict,
                         fmt::format("it is not known which images pod \"{}\" uses: {}", pod,
                                     app.error().message())};
        Use use{.pod = pod, .app = app->name, .image = app->image_id, .trees = {}};
        for (const auto& path : app->trees)
            if (auto tree = tree_of_path(path); !tree.empty()) use.trees.push_back(std::move(tree));
        uses.push_back(std::move(use));
    }
    return {};
}

}  // namespace

Result<std::vector<Use>> running_uses(const std::string& run_dir) {
    std::vector<Use> uses;
    const auto pods = base::open_path(run_dir, O_RDONLY | O_DIRECTORY);
    if (!pods && pods.error().code() == ErrorCode::kNotFound) return uses;
    if (!pods) return pods.error();
    for (const auto& pod : TRY(base::list_dir(pods->get()))) {
        const auto folder = base::open_at(pods->get(), pod, O_RDONLY | O_DIRECTORY);
        if (!folder && (folder.error().code() == ErrorCode::kNotFound ||  // it just ended
                        folder.error().sys_errno() == ENOTDIR))
            continue;
        if (!folder) return folder.error();
        TRY(add_uses(folder->get(), pod, uses));
    }
    return uses;
}

Result<> check_image_unused(std::string_view image, const std::vector<Use>& uses) {
    for (const auto& use : uses)
        if (use.image == image)
            return Error{ErrorCode::kConflict,
                         fmt::format("image \"{}\" is used by app \"{}\" of pod \"{}\": stop "
                                     "it first",
                                     image, use.app, use.pod)};
    return {};
}

Result<> check_tree_unused(std::string_view tree, const std::vector<Use>& uses) {
    for (const auto& use : uses)
        if (std::find(use.trees.begin(), use.trees.end(), tree) != use.trees.end())
            return Error{ErrorCode::kConflict,
                         fmt::format("tree \"{}\" is used by app \"{}\" of pod \"{}\": stop "
                                     "it first",
                                     tree, use.app, use.pod)};
    return {};
}

std::set<std::string> trees_of(const std::vector<Use>& uses) {
    std::set<std::string> trees;
    for (const auto& use : uses)
        trees.insert(use.trees.begin(), use.trees.end());
    return trees;
}

store::Writer::InUse trees_in_use(const std::string& run_dir) {
    return [run_dir]() -> Result<std::set<std::string>> {
        return trees_of(TRY(running_uses(run_dir)));
    };
}

store::Writer::Check unless_in_use(const std::string& run_dir) {
    return [run_dir](const store::ImageRecord& image) -> Result<std::set<std::string>> {
        const auto uses = TRY(running_uses(run_dir));
        TRY(check_image_unused(image.id, uses));
        return trees_of(uses);
    };
}

std::map<std::string, std::string> declared_images(const store::Reader& store,
                                                   std::vector<std::string>& problems) {
    const auto scan = pod::scan_manifests(pod::manifest_search());
    for (const auto& problem : scan.problems)
        problems.push_back(problem.str());
    std::map<std::string, std::string> images;
    for (const auto& manifest : scan.manifests)
        for (const auto& app : manifest.pod.manifest.apps)
            if (const auto image = store.find(app.image))
                images.emplace(image->id, manifest.pod.name.str());
    return images;
}

}  // namespace podd::importer
