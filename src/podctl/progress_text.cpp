// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/progress_text.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "podctl/human.h"

namespace podd::podctl {

namespace {

using base::LayerProgress;
using base::LayerState;

constexpr std::size_t kWidestBar = 30;
constexpr std::size_t kNarrowestBar = 6;
constexpr std::string_view kBarColour = "\033[32m";
constexpr std::string_view kNoColour = "\033[0m";

unsigned percent(std::uint64_t bytes, std::uint64_t total) {
    if (total == 0) return 0;
    const double part = static_cast<double>(bytes) / static_cast<double>(total);
    return static_cast<unsigned>(std::clamp(part, 0.0, 1.0) * 100);
}

std::string amount(std::uint64_t bytes, std::uint64_t total) {
    if (total == 0) return human_bytes(bytes);
    return fmt::format("{}/{}", human_bytes(bytes), human_bytes(total));
}

// Cuts at the end of a character.
std::string shortened(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) return std::string{text};
    constexpr std::string_view kDots = "...";
    const std::size_t room = columns > kDots.size() ? columns - kDots.size() : columns;
    std::size_t end = text.size();
    const auto is_inside = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80; };
    while (end > 0 &&
           (columns_of(text.substr(0, end)) > room || (end < text.size() && is_inside())))
        --end;
    std::string cut{text.substr(0, end)};
    if (columns > kDots.size()) cut += kDots;
    return cut;
}

std::string bar(std::uint64_t bytes, std::uint64_t total, std::size_t cells, bool colours) {
    const std::size_t full = cells * percent(bytes, total) / 100;
    return fmt::format("[{}{:#<{}}{}{:.<{}}]", colours ? kBarColour : "", "", full,
                       colours ? kNoColour : "", "", cells - full);
}

// Name, bar and numbers; what does not fit is left out, the bar first, then the last numbers, and
// the name is cut.
std::string bar_line(const std::string& name, const LayerProgress& count,
                     std::vector<std::string> numbers, const Screen& screen) {
    const std::size_t width = std::max<std::size_t>(screen.columns, 2) - 1;
    std::erase(numbers, "");
    std::string right = fmt::format(" {}", fmt::join(numbers, " "));
    const std::size_t least = std::min<std::size_t>(columns_of(name), 12);
    while (numbers.size() > 1 && least + right.size() > width) {
        numbers.pop_back();
        right = fmt::format(" {}", fmt::join(numbers, " "));
    }
    if (right.size() >= width) return shortened(numbers.empty() ? name : numbers.front(), width);
    const std::string left = shortened(name, width - right.size());
    const std::size_t room = width - right.size() - columns_of(left);
    if (count.total == 0 || room < kNarrowestBar + 3) return left + right;
    return fmt::format(
        "{} {}{}", left,
        bar(count.bytes, count.total, std::min(room - 3, kWidestBar), screen.colours), right);
}

std::string percent_text(std::uint64_t bytes, std::uint64_t total) {
    return total == 0 ? "" : fmt::format("{:3}%", percent(bytes, total));
}

std::string total_line(const std::string& what, const TransferState& state, const Screen& screen) {
    const std::string rate = state.rate == 0 ? "" : fmt::format("{}/s", human_bytes(state.rate));
    std::vector<std::string> numbers{percent_text(state.bytes, state.total),
                                     amount(state.bytes, state.total), rate, time_left(state)};
    // With layers below it, the bars are theirs.
    const bool has_bar = state.layers.empty();
    return bar_line(what, {LayerState::kWaiting, state.bytes, has_bar ? state.total : 0},
                    std::move(numbers), screen);
}

std::string layer_line(std::size_t number, const LayerProgress& layer, std::size_t count,
                       const Screen& screen) {
    const std::string name =
        fmt::format("  layer {:{}}/{} {:<9}", number, fmt::formatted_size("{}", count), count,
                    base::layer_word(layer.state));
    if (layer.state == LayerState::kDone || layer.state == LayerState::kWaiting)
        return bar_line(name, {}, {human_bytes(layer.total)}, screen);
    return bar_line(name, layer,
                    {percent_text(layer.bytes, layer.total), amount(layer.bytes, layer.total)},
                    screen);
}

bool is_active(const LayerProgress& layer) {
    return layer.state != LayerState::kDone && layer.state != LayerState::kWaiting;
}

// Which layers have a line, by number.
std::vector<std::size_t> shown_layers(const std::vector<LayerProgress>& layers, std::size_t room) {
    std::vector<std::size_t> shown;
    for (const bool active : {true, false})
        for (std::size_t i = 0; i < layers.size() && shown.size() < room; ++i)
            if (is_active(layers[i]) == active) shown.push_back(i);
    std::ranges::sort(shown);
    return shown;
}

std::string rest_line(const std::vector<LayerProgress>& layers,
                      const std::vector<std::size_t>& shown, const Screen& screen) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (!std::ranges::binary_search(shown, i) && layers[i].state == LayerState::kDone) ++done;
    const std::size_t waiting = layers.size() - shown.size() - done;
    return shortened(
        fmt::format("  {} more: {} done, {} to do", layers.size() - shown.size(), done, waiting),
        std::max<std::size_t>(screen.columns, 2) - 1);
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == 0x1B) {
            i = std::min(text.find('m', i), text.size() - 1);
            continue;
        }
        if (byte < 0x80)
            ++columns;
        else if ((byte & 0xC0U) == 0xC0U)
            columns += 2;
    }
    return columns;
}

std::string time_left(const TransferState& state) {
    if (state.rate == 0 || state.total <= state.bytes) return {};
    // The last second counts whole.
    const std::uint64_t seconds = (state.total - state.bytes - 1) / state.rate + 1;
    if (seconds < 60) return fmt::format("{}s", seconds);
    if (seconds < 3600) return fmt::format("{}min {}s", seconds / 60, seconds % 60);
    if (seconds < 100 * std::uint64_t{3600})
        return fmt::format("{}h {}min", seconds / 3600, seconds / 60 % 60);
    return {};
}

std::vector<std::string> bars(const std::string& what, const TransferState& state,
                              const Screen& screen) {
    std::vector<std::string> lines{total_line(what, state, screen)};
    const auto& layers = state.layers;
    // One row stays free: a full screen would scroll at every drawing.
    const std::size_t room = screen.rows > 2 ? screen.rows - 2 : 0;
    if (layers.empty() || room == 0) return lines;
    const auto shown = shown_layers(layers, layers.size() <= room ? room : room - 1);
    lines.reserve(shown.size() + 2);
    for (const std::size_t i : shown)
        lines.push_back(layer_line(i + 1, layers[i], layers.size(), screen));
    if (shown.size() < layers.size()) lines.push_back(rest_line(layers, shown, screen));
    return lines;
}

std::vector<std::string> plain_lines(const TransferState& before, const TransferState& now) {
    std::vector<std::string> lines;
    const bool same = before.phase == now.phase;
    if (!same && now.phase == "import" && before.phase == "fetch")
        lines.emplace_back("fetched, importing");
    for (std::size_t i = 0; i < now.layers.size(); ++i) {
        const auto& layer = now.layers[i];
        const bool was_done =
            same && i < before.layers.size() && before.layers[i].state == LayerState::kDone;
        if (layer.state != LayerState::kDone || was_done) continue;
        lines.push_back(fmt::format("layer {} of {} {}, {}", i + 1, now.layers.size(),
                                    now.phase == "fetch" ? "fetched" : "imported",
                                    human_bytes(layer.total)));
    }
    return lines;
}

std::string status_line(const std::string& what, const TransferState& state) {
    std::string text = fmt::format("{} of {}", state.phase.empty() ? "fetch" : state.phase, what);
    if (state.total != 0)
        text += fmt::format(": {}%, {} of {}", percent(state.bytes, state.total),
                            human_bytes(state.bytes), human_bytes(state.total));
    return text;
}

}  // namespace podd::podctl
