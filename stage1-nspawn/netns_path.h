// SPDX-License-Identifier: LGPL-2.1-or-later
// A network namespace that is there already, which a pod joins.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

/// Opened once, then held. Errors: kNotFound; kInvalidArgument for what is no network namespace, or
/// the host's; kDenied for one that somebody else than root has made: whoever made it sees and
/// changes all that the pod says.
base::Result<base::UniqueFd> open_netns(const std::string& path);

}  // namespace podd::stage1
