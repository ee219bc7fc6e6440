// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/shaping.h"

#include <algorithm>

#include "network/address.h"

namespace podd::network {

namespace {

// The bucket is filled for so long, so that a busy host need not look more often.
constexpr std::uint64_t kBurstsPerSec = 50;
// A sender waits at most so long for a full queue, where that is not too short for TCP.
constexpr std::uint64_t kQueuesPerSec = 10;
// Several packets of 1500 bytes.
constexpr std::uint64_t kLeastBurst = 16384;
constexpr std::uint64_t kLeastQueue = 49152;
// What the kernel counts in 32 bits, with room.
constexpr std::uint64_t kMost = 1ULL << 30U;

}  // namespace

std::string shaping_name(std::string_view pod) {
    auto name = link_name(pod);
    name[name.find('-')] = '_';
    return name;
}

Bucket bucket_of(std::uint64_t bytes_per_sec) {
    const auto part = [&](std::uint64_t parts, std::uint64_t least) {
        return static_cast<std::uint32_t>(std::clamp(bytes_per_sec / parts, least, kMost));
    };
    return {bytes_per_sec, part(kBurstsPerSec, kLeastBurst), part(kQueuesPerSec, kLeastQueue)};
}

}  // namespace podd::network
