// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/origins.h"

#include <algorithm>

namespace podd::store {

namespace {

constexpr std::uint64_t kSecond = 1'000'000;
// What a server may say at most; also keeps the sum below in its type.
constexpr std::uint64_t kMaxAge = std::uint64_t{365} * 24 * 3600;

}  // namespace

std::vector<Origin> merge_origins(std::vector<Origin> old, const std::vector<Origin>& fresh) {
    for (const auto& origin : fresh) {
        std::erase_if(old,
                      [&](const Origin& known) { return known.reference == origin.reference; });
        old.push_back(origin);
    }
    if (old.size() > kMaxOrigins)
        old.erase(old.begin(), old.end() - static_cast<std::ptrdiff_t>(kMaxOrigins));
    return old;
}

const Origin* origin_of(const ImageRecord& image, std::string_view reference) {
    const auto found = std::ranges::find(image.origins, reference, &Origin::reference);
    return found == image.origins.end() ? nullptr : &*found;
}

const ImageRecord* fetched_last(const std::vector<ImageRecord>& images,
                                std::string_view reference) {
    const ImageRecord* last = nullptr;
    std::uint64_t when = 0;
    for (const auto& image : images) {
        const auto* origin = origin_of(image, reference);
        if (origin == nullptr || (last != nullptr && origin->checked_usec <= when)) continue;
        last = &image;
        when = origin->checked_usec;
    }
    return last;
}

bool is_fresh(const Origin& origin, std::uint64_t now_usec) {
    const auto age = std::min(origin.max_age, kMaxAge);
    return now_usec >= origin.checked_usec && now_usec - origin.checked_usec < age * kSecond;
}

}  // namespace podd::store
