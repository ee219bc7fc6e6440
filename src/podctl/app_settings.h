// SPDX-License-Identifier: LGPL-2.1-or-later
// App settings of the command line as an appc "app" object; pure.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "podctl/options.h"

namespace podd::podctl {

/// JSON text; empty when no setting of an app was given. `command` is what stood after "--".
/// Errors: kInvalidArgument.
base::Result<std::string> app_settings(const Options& options,
                                       const std::vector<std::string>& command);

}  // namespace podd::podctl
