// SPDX-License-Identifier: LGPL-2.1-or-later
// One tree of the store against the list of its files, and a new one out of its blob.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/digest_compare.h"
#include "base/result.h"
#include "importer/worker.h"
#include "store/writer.h"

namespace podd::importer {

using Progress = std::function<void(std::uint64_t bytes)>;

/// Waits for the worker to end; `progress` gets the numbers that it says.
base::Result<> attend(Worker& worker, const Progress& progress);

struct TreeState {
    std::vector<archive::ListDifference> differences;  // the first of them
    std::size_t count = 0;                             // of them
};

/// Reads all files of the tree again, in a worker. What cannot be read is a difference, too.
base::Result<TreeState> check_tree(const store::Reader& store, const std::string& tree,
                                   const Progress& progress);

/// Unpacks the tree again, into the workspace. Errors: kCorrupt when no blob of the image makes it.
base::Result<store::NewTree> rebuild_tree(const std::string& store_dir,
                                          const store::Workspace& workspace,
                                          const store::ImageRecord& image, const std::string& tree);

}  // namespace podd::importer
