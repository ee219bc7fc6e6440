// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules of this host, by libnftables.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::podctl {

/// All of them, as libnftables-json(5) says; needs root. The library is loaded for this and for
/// nothing else: every other verb is spared the time. Errors: kUnsupported, kIo.
base::Result<std::string> list_ruleset();

}  // namespace podd::podctl
