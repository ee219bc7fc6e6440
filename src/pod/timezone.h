// SPDX-License-Identifier: LGPL-2.1-or-later
// Time zones of the host.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::pod {

/// The file of the host that describes `zone`, a name such as "Europe/Berlin"; "local" is the
/// host's own zone. Errors: kNotFound, kInvalidArgument; the message says what to install or to
/// write.
base::Result<std::string> time_zone_file(const std::string& zone);

}  // namespace podd::pod
