// SPDX-License-Identifier: LGPL-2.1-or-later
// Network namespaces of pods, where plugins find them. Source: CNI specification, CNI_NETNS.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::cni {

/// Makes it be found, as /run/podd/netns/UUID; so it lasts until unbind_netns(). Errors:
/// kInvalidArgument when it is none.
base::Result<std::string> bind_netns(int netns, const std::string& uuid);
/// Where it is found; empty: it is gone.
std::string bound_netns(const std::string& uuid);
/// Not being there is success.
base::Result<> unbind_netns(const std::string& uuid);

}  // namespace podd::cni
