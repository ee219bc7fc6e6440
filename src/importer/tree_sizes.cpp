// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/tree_sizes.h"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>

#include "archive/digest_list.h"
#include "base/file.h"
#include "store/layout.h"

namespace podd::importer {

namespace {

base::Result<base::UniqueFd> open_list(const store::Writer& store,
                                       const store::Workspace& workspace,
                                       const store::NewImage& image, const std::string& tree) {
    const auto made = std::ranges::find(image.trees, tree, &store::NewTree::id);
    if (made == image.trees.end() || store.has_tree(tree)) return store.reader().open_digests(tree);
    return base::open_at(workspace.fd(), fmt::format("{}/{}", made->name, store::kDigests),
                         O_RDONLY | O_NOFOLLOW, 0, base::Resolve::kNoSymlinks);
}

}  // namespace

void add_tree_bytes(const store::Writer& store, const store::Workspace& workspace,
                    store::NewImage& image) {
    auto& record = image.record;
    record.tree_bytes.clear();
    record.tree_bytes.reserve(record.trees.size());
    for (const auto& tree : record.trees) {
        const auto list = open_list(store, workspace, image, tree);
        const auto size = list ? archive::listed_size(list->get()) : std::nullopt;
        if (!size) return record.tree_bytes.clear();
        record.tree_bytes.push_back(size->bytes);
    }
}

}  // namespace podd::importer
