// SPDX-License-Identifier: LGPL-2.1-or-later
// Texts that are one of a few words, each of which stands for a value.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/result.h"
#include "schema/json_node.h"

namespace podd::schema {

template <typename Value, std::size_t count>
using Choices = std::array<std::pair<std::string_view, Value>, count>;

/// Errors: kInvalidArgument, which names the words.
template <typename Value, std::size_t count>
base::Result<Value> choose(const Choices<Value, count>& choices, std::string_view text) {
    std::string wanted;
    for (const auto& [name, value] : choices) {
        if (name == text) return value;
        wanted += fmt::format("{}\"{}\"", wanted.empty() ? "" : ", ", name);
    }
    return found_wanted(quoted(text), "one of " + wanted);
}

}  // namespace podd::schema
