// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parallel.h"

#include <algorithm>
#include <vector>

#include <sched.h>

#include "child.h"

namespace podd::stage1 {

using base::Result;

namespace {

// A process costs about as much as some items: pods of few apps are built by one.
constexpr std::size_t kItemsEach = 8;
constexpr std::size_t kMaxShares = 8;

std::size_t usable_processors() {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) < 0) return 1;
    return static_cast<std::size_t>(CPU_COUNT(&set));
}

}  // namespace

Result<> for_each_in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& work) {
    const auto shares =
        std::clamp(std::min(count / kItemsEach, usable_processors()), std::size_t{1}, kMaxShares);
    const auto do_share = [&](std::size_t share) -> Result<> {
        for (std::size_t i = count * share / shares; i < count * (share + 1) / shares; ++i)
            TRY(work(i));
        return {};
    };
    std::vector<Child> children;
    children.reserve(shares - 1);
    for (std::size_t share = 1; share < shares; ++share)
        children.push_back(TRY(Child::start([&, share] { return do_share(share); })));
    TRY(do_share(0));
    for (auto& child : children)
        TRY(child.finish());
    return {};
}

}  // namespace podd::stage1
