// SPDX-License-Identifier: LGPL-2.1-or-later
// Two lists of the files of one tree against each other; pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace podd::archive {

struct ListDifference {
    std::string path;  // as it stands in the list: "./etc/passwd"
    std::string what;  // "is missing"
};

/// What `found` has otherwise than `listed`, by path, at most `most` of them; `count` is how many
/// there are. Both as write_digest_list() writes them.
std::vector<ListDifference> compare_digest_lists(std::string_view listed, std::string_view found,
                                                 std::size_t most, std::size_t& count);

}  // namespace podd::archive
