// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of credentials in an annotation.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/annotations.h"

namespace podd::schema {

/// "NAME[:PATH] ...", with blanks between them; a PATH that is left out is the NAME. Errors:
/// kInvalidArgument, also for a name that stands twice.
base::Result<std::vector<Credential>> parse_credentials(std::string_view text);

}  // namespace podd::schema
