// SPDX-License-Identifier: LGPL-2.1-or-later
// How appc writes labels, annotations and variables.
#pragma once

#include "base/json.h"

namespace podd::base {

/// A list of objects with the members "name" and "value"; `pairs` holds pairs of texts.
template <typename Pairs>
Json name_value_list(const Pairs& pairs) {
    Json::Array list;
    for (const auto& [name, value] : pairs)
        list.emplace_back(Json::Object{{"name", name}, {"value", value}});
    return list;
}

}  // namespace podd::base
