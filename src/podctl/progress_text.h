// SPDX-License-Identifier: LGPL-2.1-or-later
// How far a transfer is, as lines of text; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/layer_progress.h"

namespace podd::podctl {

/// What org.podd1.Transfer says of itself.
struct TransferState {
    std::string phase;  // "fetch", "import", or empty
    std::uint64_t bytes = 0;
    std::uint64_t total = 0;  // 0: not known
    std::uint64_t rate = 0;   // bytes a second; 0: not known
    std::vector<base::LayerProgress> layers;
};

/// What there is to draw on.
struct Screen {
    std::size_t columns = 80;
    std::size_t rows = 24;
    bool colours = false;
};

/// A line for the whole and one for each layer, none longer than the screen is wide less one, and
/// fewer than it has rows. Layers that have no room are counted in one line; those on which
/// something is done come first.
std::vector<std::string> bars(const std::string& what, const TransferState& state,
                              const Screen& screen);

/// What is worth a line where nothing can be drawn: that a layer is done, that a phase begins.
std::vector<std::string> plain_lines(const TransferState& before, const TransferState& now);

/// One line for a unit's status: "fetch of X: 45%, 1.2M of 2.6M".
std::string status_line(const std::string& what, const TransferState& state);

/// How many columns a text takes at most: sequences of escape take none, and what is not ASCII may
/// be wide.
std::size_t columns_of(std::string_view text);

/// "4s", "2min 5s", "3h 2min"; empty when nobody can say.
std::string time_left(const TransferState& state);

}  // namespace podd::podctl
