// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a manifest given as text would make a pod; pure.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::daemon {

/// Errors: kInvalidArgument: what the generator or a transient start would refuse.
base::Result<> verify_manifest(const std::string& name, const std::string& text);

}  // namespace podd::daemon
