// SPDX-License-Identifier: LGPL-2.1-or-later
// What the importer is started with; pure.
#pragma once

#include <map>
#include <string>

#include <sys/types.h>

#include "base/result.h"
#include "client/sdbus_compat.h"

namespace podd::daemon {

/// The "options" of ImportImage() as the importer's --options= JSON. Errors: kInvalidArgument: a
/// key that is not known, another type, an App that is no JSON object.
base::Result<std::string> import_options(const std::map<std::string, sdbus::Variant>& options,
                                         uid_t caller);

}  // namespace podd::daemon
