// SPDX-License-Identifier: LGPL-2.1-or-later
// Trees of ACIs laid one over another into a new tree, as if their archives had been extracted
// there one after another. Source: appc reference 3.5.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/digest_list.h"
#include "base/result.h"

namespace podd::archive {

struct RenderPart {
    int root_fd = -1;     // the tree
    int digests_fd = -1;  // its list
    /// Paths of it that are wanted, sorted, "etc/passwd". A directory stands for itself only, one
    /// that leads to a wanted path comes along with it. Nothing: the whole tree.
    std::optional<std::vector<std::string>> kept{};
};

/// Fills the empty directory `root_fd`, lowest part first, and writes its list to `digests_fd`.
/// Files are hard links to those of the parts, so all of them must lie on one mount; directories
/// are new ones. Errors: kIo; kCorrupt when a part is not what its list says.
base::Result<TreeSize> render(const std::vector<RenderPart>& parts, int root_fd, int digests_fd);

}  // namespace podd::archive
