// SPDX-License-Identifier: LGPL-2.1-or-later
// How a pod's link is held to a rate; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace podd::network {

/// Name of the interface on the host through which passes what a limited pod sends: the host's end
/// can hold back only what leaves by it. No link of any pod has such a name.
std::string shaping_name(std::string_view pod);

/// A token bucket. Source: tc-tbf(8).
struct Bucket {
    std::uint64_t rate = 0;   // bytes per second
    std::uint32_t burst = 0;  // bytes that pass at once after a pause
    std::uint32_t queue = 0;  // bytes that wait; what comes then is lost
    bool operator==(const Bucket&) const = default;
};
Bucket bucket_of(std::uint64_t bytes_per_sec);

}  // namespace podd::network
