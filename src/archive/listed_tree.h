// SPDX-License-Identifier: LGPL-2.1-or-later
// What a digest list says about a tree, by path.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/result.h"

namespace podd::archive {

class ListedTree {
public:
    /// Reads a list from its beginning, wherever `list_fd` stands. Errors: kCorrupt, kIo.
    static base::Result<ListedTree> read(int list_fd);

    /// SHA-256 of the regular file "etc/passwd"; nothing when it is none.
    std::optional<std::array<unsigned char, 32>> sha256(std::string_view path) const;
    /// Whether file "etc/passwd" has extended attributes, as far as the list knows of any.
    bool may_have_attributes(std::string_view path) const;
    /// Whether directory "etc" is only there because the archive had files in it.
    bool is_unnamed(std::string_view path) const;

private:
    base::Result<> line(std::string_view text);

    std::unordered_map<std::string, std::array<unsigned char, 32>> files_;  // as they are listed
    std::unordered_set<std::string> unnamed_;
    std::unordered_set<std::string> attributed_;  // files
    bool knows_attributes_ = false;
};

}  // namespace podd::archive
