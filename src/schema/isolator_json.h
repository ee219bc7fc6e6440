// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading the value of an isolator where it stands in a manifest.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/isolators.h"
#include "schema/json_node.h"

namespace podd::schema {

/// Errors: kInvalidArgument, JSON pointer first.
base::Result<IsolatorValue> read_isolator_value(std::string_view name, const JsonNode& value);

/// Isolators that exclude each other, or of which one list may hold only one. `list` is the node of
/// the list.
base::Result<void> check_isolator_conflicts(const JsonNode& list,
                                            const std::vector<Isolator>& isolators);

}  // namespace podd::schema
