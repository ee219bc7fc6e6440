// SPDX-License-Identifier: LGPL-2.1-or-later
// How far each layer of an image is: what the fetcher and the importer say to podd, and podd to the
// bus.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace podd::base {

enum class LayerState : unsigned char { kWaiting, kFetching, kUnpacking, kChecking, kDone };

struct LayerProgress {
    LayerState state = LayerState::kWaiting;
    std::uint64_t bytes = 0;  // as it is packed
    std::uint64_t total = 0;
    bool operator==(const LayerProgress&) const = default;
};

/// "waiting", "fetching", "unpacking", "checking" (it is there already, and read again), "done".
std::string_view layer_word(LayerState state);
std::optional<LayerState> layer_state(std::string_view word);

struct ByteCount {
    std::uint64_t bytes = 0;
    std::uint64_t total = 0;
};
ByteCount sum(const std::vector<LayerProgress>& layers);

/// [["fetching",5,10],…]
Json to_json(const std::vector<LayerProgress>& layers);
/// What that made; a layer that is no such list is left out, and so are those after the first
/// thousand. Nothing where it is no list at all.
std::vector<LayerProgress> layers_value(const Json& json);

}  // namespace podd::base
