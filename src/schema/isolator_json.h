// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading the value of an isolator where it stands in a manifest.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/isolators.h"
#include "schema/json_node.h"

namespace podd::schema {

/// What names of podd's own isolators begin with. One that is not known is refused, so that no
/// misspelt one is lost.
inline constexpr std::string_view kOwnIsolators = "podd.org/";

/// Errors: kInvalidArgument, JSON pointer first.
base::Result<IsolatorValue> read_isolator_value(std::string_view name, const JsonNode& value);
base::Result<IsolatorValue> read_unit_isolator(std::string_view name, const JsonNode& value);
base::Result<Quantity> read_quantity(const JsonNode& node);

/// Isolators that exclude each other, or of which one list may hold only one, and limits that
/// another one makes void. `list` is the node of the list.
base::Result<void> check_isolator_conflicts(const JsonNode& list,
                                            const std::vector<Isolator>& isolators);

}  // namespace podd::schema
