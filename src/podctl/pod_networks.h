// SPDX-License-Identifier: LGPL-2.1-or-later
// The networks of a pod that runs, for podctl status.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "podctl/manager.h"

namespace podd::podctl {

struct PodNetwork {
    std::string network;
    std::string interface;  // empty: the pod has none there, or it is not its own
    std::vector<std::string> addresses;
};

/// Nobody is asked for a password over it: none for who may not see them. Other errors are printed.
std::vector<PodNetwork> pod_networks(Manager& manager, const std::string& pod);

/// "default, eth0 10.80.0.2 fd5b::2"
std::string network_text(const PodNetwork& network);
base::Json as_json(const std::vector<PodNetwork>& networks);

}  // namespace podd::podctl
