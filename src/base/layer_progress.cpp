// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/layer_progress.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace podd::base {

namespace {

constexpr std::size_t kMaxLayers = 1000;

constexpr std::array<std::pair<LayerState, std::string_view>, 5> kWords{
    {{LayerState::kWaiting, "waiting"},
     {LayerState::kFetching, "fetching"},
     {LayerState::kUnpacking, "unpacking"},
     {LayerState::kChecking, "checking"},
     {LayerState::kDone, "done"}}};

std::optional<LayerProgress> layer_value(const Json& json) {
    const auto* const list = json.as_array();
    if (list == nullptr || list->size() != 3 || (*list)[0].as_string() == nullptr)
        return std::nullopt;
    const auto state = layer_state(*(*list)[0].as_string());
    const auto bytes = (*list)[1].as_uint();
    const auto total = (*list)[2].as_uint();
    if (!state || !bytes || !total) return std::nullopt;
    return LayerProgress{*state, *bytes, *total};
}

// What the other end says need not add up.
std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    return b > kMost - a ? kMost : a + b;
}

}  // namespace

std::string_view layer_word(LayerState state) {
    for (const auto& [value, word] : kWords)
        if (value == state) return word;
    return "waiting";
}

std::optional<LayerState> layer_state(std::string_view word) {
    for (const auto& [value, name] : kWords)
        if (name == word) return value;
    return std::nullopt;
}

ByteCount sum(const std::vector<LayerProgress>& layers) {
    ByteCount count;
    for (const auto& layer : layers) {
        count.bytes = plus(count.bytes, layer.bytes);
        count.total = plus(count.total, layer.total);
    }
    return count;
}

Json to_json(const std::vector<LayerProgress>& layers) {
    Json list{Json::Array{}};
    for (const auto& layer : layers) {
        Json one{Json::Array{}};
        one.push_back(layer_word(layer.state));
        one.push_back(layer.bytes);
        one.push_back(layer.total);
        list.push_back(std::move(one));
    }
    return list;
}

std::vector<LayerProgress> layers_value(const Json& json) {
    std::vector<LayerProgress> layers;
    const auto* const list = json.as_array();
    if (list == nullptr) return layers;
    layers.reserve(std::min(list->size(), kMaxLayers));
    for (const Json& one : *list) {
        if (layers.size() == kMaxLayers) break;
        if (const auto layer = layer_value(one)) layers.push_back(*layer);
    }
    return layers;
}

}  // namespace podd::base
