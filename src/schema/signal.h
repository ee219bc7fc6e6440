// SPDX-License-Identifier: LGPL-2.1-or-later
// Signals by name, as manifests and images write them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::schema {

/// "SIGTERM", "term", "RTMIN+3", "SIGRTMAX-1" or a number; 1…64, Linux's numbers on all
/// architectures podd knows. Errors: kInvalidArgument. Source: signal(7); OCI image-spec config.md
/// "StopSignal".
base::Result<int> parse_signal(std::string_view text);

/// "SIGTERM", "SIGRTMIN+3"; signal_name(parse_signal(x)) is the canonical spelling of x.
std::string signal_name(int signal);

}  // namespace podd::schema
