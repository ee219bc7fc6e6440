// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as the list of a tree's files, whose names come from archives.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <sys/mman.h>

#include "archive/digest_list.h"
#include "archive/listed_tree.h"
#include "base/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const base::UniqueFd list{::memfd_create("list", MFD_CLOEXEC)};
    if (!list || !base::write_all(list.get(), {reinterpret_cast<const char*>(data), size}))
        std::abort();
    (void)archive::listed_size(list.get());
    const auto tree = archive::ListedTree::read(list.get());
    if (!tree) return 0;
    (void)tree->sha256("a");
    (void)tree->is_unnamed("a");
    return 0;
}
