// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as /etc/passwd and /etc/group of an image: every id that comes out is one of a pod's.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "base/users.h"

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    for (const std::string_view name : {"root", "www", "", "0"}) {
        if (const auto entry = base::passwd_by_name(text, name))
            must(entry->name == name && entry->uid <= base::kMaxId && entry->gid <= base::kMaxId);
        if (const auto gid = base::group_by_name(text, name)) must(*gid <= base::kMaxId);
        const auto groups = base::groups_of(text, name);
        must(std::set<std::uint32_t>(groups.begin(), groups.end()).size() == groups.size());
        for (const auto gid : groups)
            must(gid <= base::kMaxId);
    }
    if (const auto entry = base::passwd_by_uid(text, 33)) must(entry->uid == 33);
    if (const auto id = base::numeric_id(text); id && *id) must(**id <= base::kMaxId);
    return 0;
}
