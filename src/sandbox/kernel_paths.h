// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table of what a pod may not see or change beneath /proc and /sys. Both are mounted
// afresh; /sys is read-only as a whole.
#pragma once

#include <span>
#include <string_view>

namespace podd::sandbox {

enum class KernelTree : unsigned char { kProc, kSys };
enum class KernelPathRule : unsigned char {
    kReadOnly,
    kHidden,  // an empty file or directory lies on top
};

struct KernelPath {
    KernelTree tree;
    std::string_view path;  // relative to the tree; what this kernel lacks is passed over
    KernelPathRule rule;
};

std::span<const KernelPath> kernel_paths();

}  // namespace podd::sandbox
