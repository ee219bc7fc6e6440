// SPDX-License-Identifier: LGPL-2.1-or-later
// Which images and trees the pods of this host use.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/writer.h"

namespace podd::importer {

/// What the plan of one app says.
struct Use {
    std::string pod;
    std::string app;
    std::string image;
    std::vector<std::string> trees;  // ids
};

/// Of every pod that runs, ends, or is being started far enough: a pod uses its images from the
/// moment its plan is written until `gc` removes that. Errors: kConflict when a plan cannot be
/// read: better an image too many than a running pod without its files.
base::Result<std::vector<Use>> running_uses(const std::string& run_dir);

/// Errors: kConflict when somebody uses the image.
base::Result<> check_image_unused(std::string_view image, const std::vector<Use>& uses);
base::Result<> check_tree_unused(std::string_view tree, const std::vector<Use>& uses);
std::set<std::string> trees_of(const std::vector<Use>& uses);

/// For store::Writer::begin() and remove().
store::Writer::InUse trees_in_use(const std::string& run_dir);
store::Writer::Check unless_in_use(const std::string& run_dir);

/// Images that manifests of declared pods ask for, and the pod that does. Manifests that are broken
/// are said in `problems`: what they ask for is not known.
std::map<std::string, std::string> declared_images(const store::Reader& store,
                                                   std::vector<std::string>& problems);

}  // namespace podd::importer
