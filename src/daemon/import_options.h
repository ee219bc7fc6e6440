// SPDX-License-Identifier: LGPL-2.1-or-later
// What the importer is started with; pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

#include "base/result.h"
#include "client/sdbus_compat.h"
#include "store/reader.h"

namespace podd::daemon {

/// The "options" of ImportImage() as the importer's --options= JSON. `accepted`: why the image may
/// be taken, where that is not the caller's word. Errors: kInvalidArgument: a key that is not
/// known, another type, an App that is no JSON object.
base::Result<std::string> import_options(const std::map<std::string, sdbus::Variant>& options,
                                         uid_t caller,
                                         std::optional<store::Verification> accepted = {});

}  // namespace podd::daemon
