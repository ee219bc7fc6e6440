// SPDX-License-Identifier: LGPL-2.1-or-later
// What a start pays for asking rules and keys again: the median time in ns of one check, of RUNS.
//   acceptance IMAGE RUNS     of an image in the store, by its name
#include "store/acceptance.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <vector>

#include "store/reader.h"

using namespace podd;  // NOLINT

int main(int argc, char** argv) {
    const std::string_view text{argc == 3 ? argv[2] : ""};
    std::size_t runs = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), runs);
    const auto store = store::Reader::open();
    if (runs == 0 || !store) return 2;
    const auto image = store->by_name(argv[1], {});
    if (!image) return 2;
    std::vector<long long> times;
    for (std::size_t i = 0; i < runs; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const auto done = store::check_accepted(*store, *image);
        const auto end = std::chrono::steady_clock::now();
        if (!done) {
            (void)std::fprintf(stderr, "%s\n", done.error().message().c_str());
            return 1;
        }
        times.push_back(std::chrono::nanoseconds{end - begin}.count());
    }
    std::sort(times.begin(), times.end());
    (void)std::printf("%lld\n", times[runs / 2]);
    return 0;
}
