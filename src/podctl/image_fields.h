// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of a list of images: which there are, how they look, and how they order images.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "podctl/table.h"

namespace podd::podctl {

struct ListedImage {
    std::string id;
    std::string name;
    std::map<std::string, std::string> labels{};
    std::string kind{};  // "aci", "oci"
    std::uint64_t size = 0;
    std::uint64_t own_size = 0;  // of trees that no other image has
    std::uint64_t imported_usec = 0;
    std::uint64_t used_usec = 0;
    std::string verification{};                                  // "signed"
    std::string verified_by{};                                   // the key's fingerprint
    std::vector<std::pair<std::string, std::uint64_t>> trees{};  // id and bytes; empty: not known
};

struct ImageField {
    std::string_view name;   // as --fields= and --sort= have it
    std::string_view alias;  // what rkt called it
    Column column;
    Cell (*cell)(const ListedImage& image, bool full);
    /// Whether the first comes before the second.
    bool (*before)(const ListedImage& a, const ListedImage& b);
};

using ImageFields = std::vector<const ImageField*>;

inline constexpr std::string_view kDefaultImageFields =
    "id,name,version,arch,size,imported,used,verification";

/// "id,name,size". Errors: kInvalidArgument, with the fields that there are.
base::Result<ImageFields> image_fields(std::string_view names);
/// All of them.
ImageFields all_image_fields();

/// By the first field, equal ones by the next.
void sort_images(std::vector<ListedImage>& images, const ImageFields& fields, bool descending);

/// Sets `own_size` of each; the answer is what all trees are together, each counted once.
std::uint64_t count_sizes(std::vector<ListedImage>& images);

}  // namespace podd::podctl
