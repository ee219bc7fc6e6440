// SPDX-License-Identifier: LGPL-2.1-or-later
// The limit of a pod's link, for people.
#pragma once

#include <string>
#include <vector>

#include "podctl/limits_text.h"

namespace podd::podctl {

/// Limits of a pod: those of its control group, and "network 1000.0K/s each way" where `asked` has
/// that and the kernel holds the link to it, as an interface in `interfaces` tells.
std::string pod_limits_text(const std::string& pod, const GroupLimits& group,
                            const std::vector<AskedLimit>& asked,
                            const std::string& interfaces = "/sys/class/net");

}  // namespace podd::podctl
