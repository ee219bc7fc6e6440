// SPDX-License-Identifier: LGPL-2.1-or-later
// Annotations that are lists: words with blanks between them, each once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::schema {

/// At most a hundred words of any kind; may be empty. Errors: kInvalidArgument.
base::Result<std::vector<std::string>> words(std::string_view text);

/// Names of units, at most 100; may be empty. Errors: kInvalidArgument.
base::Result<std::vector<std::string>> unit_names(std::string_view text);

/// Names of apps, at least one. Errors: kInvalidArgument.
base::Result<std::vector<std::string>> app_names(std::string_view text);

}  // namespace podd::schema
